"""A company's own vars, in a file of its own; and a new company in one command."""

import json
import re
import subprocess
import sys

import duckdb
import pytest

from customer_value.errors import InputError
from customer_value.init import Table, columns_of, write_vars
from customer_value.settings import PROJECT, Settings, own_vars, project_vars

PLAIN_CONNECTOR = "connectors: {subscription_changes: plain_subscription_changes}\n"


def company_of(folder, text, **files):
    """The settings of a company with its own vars and some tables of the connector plain."""
    (folder / "plain").mkdir(parents=True)
    (folder / "company.yml").write_text(text)
    for name, content in files.items():
        (folder / "plain" / f"{name}.csv").write_text(content)
    return Settings.of(company=folder, as_of="2025-06-30")


def test_own_vars_override_those_of_the_project(tmp_path):
    settings = company_of(tmp_path, "gross_margin_rate: 0.5\nclosed_until: 2026-03-31\ndefault_currency:\n")
    assert settings.vars["gross_margin_rate"] == 0.5 and project_vars()["gross_margin_rate"] == 0.8
    assert settings.vars["pause_churn_days"] == project_vars()["pause_churn_days"]
    # The same text each time: dbt reads the project again where it differs.
    own = {"closed_until": "2026-03-31", "default_currency": "", "gross_margin_rate": 0.5}
    assert settings.dbt_vars == ["--vars", json.dumps(own)]
    assert settings.environment()["CUSTOMER_VALUE_VARS_FILE"] == str(tmp_path / "company.yml")


def test_a_company_has_its_vars_in_its_folder_or_beside_a_warehouse_that_is_named_alone(tmp_path):
    """Never those of another company: the vars of data/ are not those of a warehouse elsewhere."""
    settings = company_of(tmp_path / "one", "pause_churn_days: 30\n")
    assert (settings.raw, settings.warehouse.parent) == (tmp_path / "one", tmp_path / "one" / "warehouse")
    (tmp_path / "one" / "raw").mkdir()
    assert Settings.of(company=tmp_path / "one").raw == tmp_path / "one" / "raw"
    assert Settings.of(warehouse=tmp_path / "one" / "w.duckdb").own_vars == {"pause_churn_days": 30}
    assert Settings.of(warehouse=tmp_path / "two.duckdb").dbt_vars == []
    assert Settings.of().raw == PROJECT / "data" / "raw"
    named = Settings.of(warehouse=tmp_path / "two.duckdb", vars_file=tmp_path / "one" / "company.yml")
    assert named.own_vars == {"pause_churn_days": 30}
    with pytest.raises(InputError, match="found no such file"):
        Settings.of(vars_file=tmp_path / "absent.yml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("gross_margin: 0.5", "var gross_margin: found no such var. Is it gross_margin_rate?"),
        ("gross_margin_rate: '0.5'", 'var gross_margin_rate: found "0.5", expected a number, for example 0.8.'),
        ("pause_churn_days: true", "var pause_churn_days: found true, expected a number"),
        ("mrr_statuses: active", 'var mrr_statuses: found "active", expected a list'),
        ("connectors: [plain]", 'var connectors: found ["plain"], expected a mapping'),
        ("free_plan_is_churn: 1", "var free_plan_is_churn: found 1, expected true or false"),
        ("default_currency: 5", "var default_currency: found 5, expected a text"),
        ("vars: {default_currency: EUR}", "Write the vars themselves, without the line above them."),
        ("just words", "expected a line for each var"),
        ("a: [", "cannot be read"),
    ],
)
def test_a_var_that_is_none_or_of_another_type_is_refused(tmp_path, text, message):
    file = tmp_path / "company.yml"
    file.write_text(text)
    with pytest.raises(InputError) as refused:
        own_vars(file)
    assert message in str(refused.value) and str(refused.value).startswith(f"{file}: ")


def test_the_vars_of_connectors_are_known(tmp_path):
    file = tmp_path / "company.yml"
    file.write_text("stripe_schema: billing\ninternal_email_domains: [us.example]\n")
    assert own_vars(file) == {"stripe_schema": "billing", "internal_email_domains": ["us.example"]}
    file.write_text("stripe_shema: billing\ninternal_email_domains: us.example\n")
    with pytest.raises(InputError) as refused:
        own_vars(file)
    assert "Is it stripe_schema?" in str(refused.value) and "expected a list" in str(refused.value)


def test_all_wrong_vars_are_named_at_once(tmp_path):
    (tmp_path / "company.yml").write_text("gross_margin: 0.5\nmrr_statuses: active\nreporting_time_zone: UTC\n")
    with pytest.raises(InputError) as refused:
        own_vars(tmp_path / "company.yml")
    assert len(str(refused.value).splitlines()) == 2


MAPPED = PLAIN_CONNECTOR + "columns: {plain.subscriptions: {customer_id: Kunde, started_at: beginn, mrr_amount: Fee}}\n"
GERMAN = "Kunde;Beginn;Fee;Price\na;10.01.2025;100;7\n"


def loaded(settings):
    """How the plain table is read: column of the contract -> its SQL; what is wrong with it raises InputError."""
    from customer_value.load import check_inputs

    (table,) = [each for each in check_inputs(settings) if each.schema == "plain" and each.name == "subscriptions"]
    return {item.rpartition(" as ")[2].strip('"'): item for item in table.selection}


def test_columns_are_found_as_the_company_names_them(tmp_path):
    """A header that is named for one column is not taken for another one, whose other name it is."""
    read = loaded(company_of(tmp_path, MAPPED, subscriptions=GERMAN))
    assert '"Kunde"' in read["customer_id"] and '"Beginn"' in read["started_at"] and '"Fee"' in read["mrr_amount"]
    assert '"Price"' in read["unit_amount"]
    own = MAPPED.replace("mrr_amount: Fee", "mrr_amount: Price")
    read = loaded(company_of(tmp_path / "other", own, subscriptions=GERMAN))
    assert '"Price"' in read["mrr_amount"] and '"Fee"' in read["unit_amount"]


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (
            "beginn",
            "Begin",
            "column Begin: found no such column, expected started_at in it by the var columns. Is it beginn?",
        ),
        ("started_at", "started", "subscriptions: started: found no such column of the contract. Is it started_at?"),
        (
            "plain.subscriptions",
            "plain.subscription",
            "found no such table among those that are read. Is it plain.subscriptions?",
        ),
        ("{customer_id: Kunde, started_at: beginn, mrr_amount: Fee}", "Kunde", "expected names of the file's columns"),
    ],
)
def test_a_column_that_is_not_there_is_asked_for_by_the_nearest_name(tmp_path, before, after, message):
    settings = company_of(tmp_path, MAPPED.replace(before, after), subscriptions=GERMAN)
    with pytest.raises(InputError) as refused:
        loaded(settings)
    assert message in str(refused.value)


# Nothing ends, one amount is a year's, one customer is known to the usage alone; headers and dates are German.
EXPORT = """Nr;Kunde;Tarif;Beginn;Ende;Monatsbetrag
1;a;Pro;15.01.2025;;100,00
2;b;Pro;15.01.2025;;100,00
3;c;Pro;15.02.2025;;1.200,00
"""
EVENTS = "event_id,customer_id,event_name,occurred_at\n1,a,export,2025-06-10\n2,nobody,export,2025-06-11\n"


def init(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "customer_value.cli", "init", str(folder), *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture
def exported(tmp_path):
    (tmp_path / "abos.csv").write_text(EXPORT)
    (tmp_path / "usage_events.csv").write_text(EVENTS)
    return tmp_path


def test_what_nobody_can_guess_is_asked_for_before_anything_is_written(exported):
    before = sorted(exported.iterdir())
    for arguments, message in (
        (["--gross-margin", 0.7], f"Is it one of these? --subscriptions {exported / 'abos.csv'}"),
        (["--subscriptions", exported / "abos.csv"], "--gross-margin: nobody can guess it"),
        (["--subscriptions", exported / "usage_events.csv"], "of which none can be mrr_amount or unit_amount"),
        (["--gross-margin", 70], "70"),
    ):
        refused = init(exported, "--yes", *arguments)
        assert refused.returncode == 2 and message in refused.stderr, refused.stderr
    assert sorted(exported.iterdir()) == before


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (EXPORT, {"customer_id": "Kunde", "started_at": "Beginn", "ended_at": "Ende", "mrr_amount": "Monatsbetrag"}),
        # An id that repeats is the customer's; digits alone are no day.
        (
            "Vertragsnr;Kundennr;Ab;Betrag\n20240101;7;01.02.2024;5\n20240102;7;01.03.2024;6\n",
            {"customer_id": "Kundennr", "started_at": "Ab", "mrr_amount": "Betrag"},
        ),
        ("customer,plan,start,price\na,pro,2024-01-01,5\n", {}),
    ],
)
def test_columns_are_guessed_by_what_they_hold(tmp_path, text, expected):
    """Those that are found by their names are not written down."""
    (tmp_path / "table.csv").write_text(text)
    columns, _ = columns_of("subscriptions", Table(tmp_path / "table.csv"))
    assert columns == expected


def test_an_empty_company_is_shown_where_its_files_belong(tmp_path):
    refused = init(tmp_path / "new", "--yes")
    assert refused.returncode == 2 and "put the company's files there" in refused.stderr
    assert (tmp_path / "new" / "raw").is_dir()


def test_what_the_company_has_written_itself_stays(exported):
    (exported / "company.yml").write_text("# ours\ngross_margin_rate: 0.6\n")
    refused = init(exported, "--yes", "--gross-margin", 0.7, "--subscriptions", exported / "abos.csv")
    assert refused.returncode == 2 and "found 0.6 and --gross-margin 0.7" in refused.stderr
    write_vars(
        exported / "company.yml", {"gross_margin_rate": 0.6}, {"gross_margin_rate": 0.6, "default_currency": "EUR"}
    )
    assert (exported / "company.yml").read_text() == "# ours\ngross_margin_rate: 0.6\ndefault_currency: EUR\n"


def test_a_new_company_has_its_report_after_one_command(exported):
    """By hand: a and b at 100, c at its 1,200; the margin of company.yml is that of lifetime value, so dbt has read it. Its own plays
    stand beside it, in a seed that replaces the project's."""
    flags = [
        "--gross-margin",
        0.7,
        "--currency",
        "EUR",
        "--as-of",
        "2025-06-30",
        "--subscriptions",
        exported / "abos.csv",
    ]
    (exported / "company.yml").write_text("max_rejected_rate: 0.9\nreplacements: {segments: our_segments}\n")
    plays = re.sub(
        r"(?m)^(\w+,\w+,[^,\n]+),.*?,([^,]+,\d+)$", r"\1,Ask Ada,\2", (PROJECT / "seeds" / "segments.csv").read_text()
    )
    (exported / "seeds").mkdir()
    (exported / "seeds" / "our_segments.csv").write_text(plays)
    finished = init(exported, "--yes", *flags)
    assert finished.returncode == 0, finished.stdout[-6000:] + finished.stderr
    text = finished.stdout
    assert "customer_id        Kunde  (GUESSED by its content; for example a)" in text
    assert "MRR if run now: 1,400.00 EUR, 3 active customers." in text
    assert "none of 3 subscriptions since 2025-01-15 has ended" in text and "3|" not in text
    assert "usage_events: unknown_customer: 1 of 2 rows would be rejected; 50.0 % find a customer" in text
    assert f"From now on: customer-value run --company {exported}" in text
    assert (exported / "published" / "report" / "index.html").exists()
    settings = Settings.of(company=exported)
    assert settings.as_of == "2025-06-30" and settings.vars["max_rejected_rate"] == 0.9
    columns = {"customer_id": "Kunde", "started_at": "Beginn", "ended_at": "Ende", "mrr_amount": "Monatsbetrag"}
    assert settings.vars["columns"] == {"plain.subscriptions": columns}
    ((margin, mrr),) = query(
        exported, "select sum(historic_ltv_amount) / sum(collected_amount), sum(mrr_amount) from marts.customer_ltv"
    )
    assert (round(float(margin), 6), mrr) == (0.7, 1400)
    assert query(exported, "select distinct play from marts.customer_segments") == [("Ask Ada",)]


def query(company, sql):
    with duckdb.connect(str(company / "published" / "customer_value.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()
