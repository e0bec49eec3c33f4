"""A company's own vars, in a file of its own; and a new company in one command."""

import json

import pytest

from customer_value.errors import InputError
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
