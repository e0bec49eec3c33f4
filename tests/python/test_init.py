"""A company's own vars, in a file of its own; and a new company in one command."""

import json
import os
import re
import subprocess
import sys

import duckdb
import pytest

from customer_value.errors import InputError
from customer_value.init import Questions, Table, accepted_of, columns_of, connect, write_vars
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
TICKETS = "ticket_id,account_id,submitted_at,closed_at,priority\nt1,b,2025-06-02,2025-06-03 10:00:00,medium\n"
ACCOUNTS = "account_id,account_name,industry,referral_source,signup_date\na,Acme,Retail,ads,2025-01-10\n"
USAGE = "usage_id,subscription_id,usage_date,feature_name\nu1,2,2025-06-10,export\nu2,99,2025-06-10,export\n"
EVENTS = "event_id,customer_id,event_name,occurred_at\n1,a,export,2025-06-10\n2,nobody,export,2025-06-11\n"


def answered(folder, answers, *arguments):
    """init at a terminal, with answers to its questions, a line each."""
    keyboard, terminal = os.openpty()
    os.write(keyboard, "".join(f"{answer}\n" for answer in answers).encode())
    command = [sys.executable, "-m", "customer_value.cli", "init", str(folder), *map(str, arguments)]
    finished = subprocess.run(command, capture_output=True, text=True, cwd=PROJECT, stdin=terminal)
    os.close(keyboard)
    os.close(terminal)
    return finished


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
    (exported / "prices.csv").write_text("customer,plan,start,price\na,pro,2024-01-01,5\n")
    (exported / "abos.csv").write_text(EXPORT.replace("Kunde", "Wer"))
    before = sorted(exported.iterdir())
    day = ["--gross-margin", 0.7, "--as-of", "2025-06-30"]
    for arguments, message in (
        (["--subscriptions", exported / "abos.csv"], "--gross-margin: nobody can guess it"),
        (["--gross-margin", 0.7, "--subscriptions", exported / "abos.csv"], "--as-of: nobody can guess it"),
        ([*day, "--subscriptions", exported / "prices.csv"], "--interval: nobody can guess it"),
        ([*day, "--subscriptions", exported / "usage_events.csv"], "None of these can be mrr_amount or unit_amount"),
        (["--gross-margin", 70], "70"),
    ):
        refused = init(exported, "--yes", *arguments)
        assert refused.returncode == 2 and message in refused.stderr, refused.stderr
    assert sorted(exported.iterdir()) == before


def test_a_file_that_may_be_the_table_is_named(exported):
    (exported / "abos.csv").write_text(EXPORT.replace("Kunde", "Wer"))
    refused = init(exported, "--yes", "--gross-margin", 0.7)
    assert refused.returncode == 2
    assert f"Is it one of these? --subscriptions {exported / 'abos.csv'}" in refused.stderr, refused.stderr


# Headers of published tables: the retailer's invoices, a music service's transactions, exports of accounting and of a data frame.
SUBSCRIPTIONS = [
    ("Nr;Wer;Ab;Bis;Monatsbetrag\n1;a;15.01.2025;15.02.2025;100,00\n2;b;15.01.2025;;100,00\n",
     {"customer_id": "Wer", "started_at": "Ab", "ended_at": "Bis"}),
    # An id that repeats is the customer's; digits alone are no day; an amount is a month's where it says so.
    ("Reihennr;Wernr;Ab;Betrag\n20240101;7;01.02.2024;5\n20240102;7;01.03.2024;6\n",
     {"customer_id": "Wernr", "started_at": "Ab", "unit_amount": "Betrag"}),
    ("Wer;Ab;Kosten;Rhythmus\na;01.02.2024;5;monthly\na;01.03.2024;60;annual\n",
     {"customer_id": "Wer", "started_at": "Ab", "unit_amount": "Kosten", "billing_interval": "Rhythmus"}),
    ("customer,plan,start,price\na,pro,2024-01-01,5\n", {}),
    # What comes next is no end, what was changed last is no start.
    ("customer,mrr,Ab,Next billing date,Updated\na,5,2024-01-01,2025-01-01,2024-07-01\nb,5,2024-01-01,,2024-07-01\n",
     {"started_at": "Ab"}),
]  # fmt: skip
BILLS = [
    # A price of one is no amount; numbers of rows, flags and what was paid for are no amounts and no customers.
    ("InvoiceNo,Quantity,InvoiceDate,UnitPrice,CustomerID\n536365,6,12/13/2010 8:26,2.55,17850\n",
     {"customer_id": "CustomerID", "billed_on": "InvoiceDate", "unit_amount": "UnitPrice", "invoice_id": "InvoiceNo"}),
    ("msno,payment_method_id,plan_list_price,actual_amount_paid,transaction_date,is_cancel\n"
     "aQ=,41,149,99,20170131,0\naQ=,41,149,99,20170228,0\nbQ=,40,149,99,20170228,1\n", {"customer_id": "msno"}),
    # Before tax, and the day that it is due is not that of the payment.
    ("ContactName,InvoiceDate,DueDate,Total,LineAmount,TaxAmount\na,13/01/2025,27/01/2025,12,10,2\n",
     {"customer_id": "ContactName", "billed_on": "InvoiceDate", "amount": "LineAmount"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [*(("subscriptions", *each) for each in SUBSCRIPTIONS), *(("bills", *each) for each in BILLS)],
)
def test_columns_are_guessed_by_what_they_hold(tmp_path, name, text, expected):
    """Those that are found by their names are not written down."""
    (tmp_path / "table.csv").write_text(text)
    columns, _ = columns_of(name, Table(tmp_path / "table.csv"))
    assert columns == expected


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("subscriptions", ",customer_id,product,start_date\n0,a,p,2024-01-01\n1,a,p,2024-02-01\n", "mrr_amount or unit_amount"),
        ("subscriptions", "customer,start,is_new,seats_used\na,2024-01-01,0,5\n", "mrr_amount or unit_amount"),
        ("subscriptions", "customerID,tenure,MonthlyCharges\na,5,29.85\n", "None of these can be started_at"),
        (
            "subscriptions",
            "Customer," + ",".join(f"{month} 2025" for month in ("Jan", "Feb", "Mar", "Apr", "May", "Jun")) + "\na,1,1,1,1,1,1\n",
            "6 of them are months, Jan 2025 to Jun 2025",
        ),
        ("bills", "customer,date\na,2024-01-01\n", "amount or unit_amount"),
    ],
)  # fmt: skip
def test_what_is_not_in_a_table_is_asked_for_and_not_guessed(tmp_path, name, text, message):
    (tmp_path / "table.csv").write_text(text)
    with pytest.raises(InputError) as refused:
        columns_of(name, Table(tmp_path / "table.csv"))
    assert message in str(refused.value)


def test_an_amount_with_tax_is_to_be_looked_at(tmp_path):
    (tmp_path / "table.csv").write_text("Customer,Date,Total,Tax\na,2025-01-13,12,2\n")
    _, lines = columns_of("bills", Table(tmp_path / "table.csv"))
    assert "CHECK: Total is taken for an amount before tax, and the file has Tax." in lines[-1]


def test_versions_of_a_row_are_to_be_looked_at(tmp_path):
    """Two rows of one load at one start are beside each other, unless a column says of all which of them is the newest: then that counts."""
    header = "contract_id,customer,start,mrr,updated_at\n"
    (tmp_path / "table.csv").write_text(header + "1,a,2025-01-01,5,2025-01-02\n1,a,2025-01-01,6,2025-03-02\n")
    columns, lines = columns_of("subscriptions", Table(tmp_path / "table.csv"))
    assert "CHECK: 1 rows have the subscription and the start of another one" in lines[-1]
    assert "the newest by updated_at counts" in lines[-1] and columns["loaded_at"] == "updated_at"
    (tmp_path / "table.csv").write_text(header + "1,a,2025-01-01,5,\n1,a,2025-01-01,6,2025-03-02\n")
    columns, lines = columns_of("subscriptions", Table(tmp_path / "table.csv"))
    assert "they count beside each other" in lines[-1] and "loaded_at" not in columns
    (tmp_path / "table.csv").write_text(header + "1,a,2025-01-01,5,2025-01-02\n2,a,2025-01-01,6,2025-03-02\n")
    _, lines = columns_of("subscriptions", Table(tmp_path / "table.csv"))
    assert not [line for line in lines if "CHECK" in line]


PUBLISHED = " 00001 19970101  1   11.77\n 00001 19970301  1   10.00\n"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("list.txt", "a b\n", "name it .csv; save a workbook as CSV"),
        ("list.txt", "a;b;c d e\n", "name it .csv; save a workbook as CSV"),
        ("sales.txt", PUBLISHED, "separated by blanks (00001 19970101 1 11.77). Write it as CSV: (echo NAMES; sed"),
        ("sales.txt", "customer date amount\n" + PUBLISHED, "(customer date amount). Write it as CSV: (sed"),
        ("sales.csv", "00001,19970101,1,11.77\n", "The first line looks like a row (00001, 19970101, 1, 11.77), not like names"),
        ("sales.csv", "ann,2024-01-05,basic\n", "The first line looks like a row (ann, 2024-01-05, basic), not like names"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_says_what_to_do(tmp_path, name, text, message):
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError) as refused:
        columns_of("bills", Table(tmp_path / name))
    assert message in str(refused.value)


def test_what_a_text_is_to_be_made_by_makes_a_table_of_it(tmp_path):
    (tmp_path / "sales.txt").write_text(PUBLISHED)
    with pytest.raises(InputError) as refused:
        Table(tmp_path / "sales.txt")
    command = re.search(r"\(echo.*sales\.csv", str(refused.value))[0]
    command = command.replace("NAMES", "customer,date,quantity,amount")
    subprocess.run(command, shell=True, cwd=tmp_path, check=True)
    columns, _ = columns_of("bills", Table(tmp_path / "sales.csv"))
    assert (tmp_path / "sales.csv").read_text().splitlines()[1] == "00001,19970101,1,11.77"
    assert columns == {}


RETAIL = """InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice,CustomerID
536365,85123A,6,12/13/2010 8:26,2.55,17850
536366,22633,1,12/14/2010 9:00,3.00,
C536367,85123A,-1,12/15/2010 9:00,2.55,17850
"""


def test_rows_without_a_customer_are_left_out_where_somebody_says_so(tmp_path):
    """Of three rows one has none, which is more than may be rejected."""
    (tmp_path / "sales.csv").write_text(RETAIL)
    tables = {"bills": tmp_path / "sales.csv"}
    with pytest.raises(
        InputError, match=r"--leave-out-without-customer: nobody can guess it.*1 of 3 rows have no CustomerID"
    ):
        accepted_of(Questions({}, {}, True), tables, 0.05)
    agreed = Questions({"leave_out_without_customer": True}, {}, True)
    assert accepted_of(agreed, tables, 0.05) == {"invoice_lines": ["missing_customer_id"]}
    assert accepted_of(agreed, tables, 0.34) == {}
    (tmp_path / "sales.csv").write_text(RETAIL.replace("3.00,", "3.00,17851"))
    assert accepted_of(Questions({}, {}, True), tables, 0.05) == {}


@pytest.mark.parametrize("name", ["nps.csv", "our_survey_responses.csv", "product_feedback.csv"])
def test_a_survey_beside_the_log_is_known(tmp_path, name):
    (tmp_path / "abos.csv").write_text("customer,start,mrr\na,2025-01-01,5\n")
    (tmp_path / name).write_text("respondent,company,score,submitted_at\nx,a,9,2025-02-01\n")
    connectors, _, _, tables = connect(tmp_path, given(), {})
    assert connectors["nps_responses"] == "plain_nps_responses" and tables["surveys"].name == name


def given(**flags):
    return {"connector": (), "subscriptions": None, "bills": None} | flags


def test_bills_and_connectors_are_named_by_flags(tmp_path):
    """A connector that is named takes the place of what would be guessed."""
    file = tmp_path / "invoices.csv"
    file.write_text("customer,date,amount\na,2025-01-01,5\n")
    connectors, columns, _, tables = connect(tmp_path, given(bills=str(file)), {})
    assert connectors == {
        "subscription_changes": "plain_billed_subscription_changes",
        "invoice_lines": "plain_invoice_lines",
    }
    assert (columns, tables) == ({}, {"bills": str(file)})
    connectors, _, lines, tables = connect(tmp_path, given(connector=["billing=stripe"]), {})
    assert (connectors, tables) == ({"billing": "stripe"}, {}) and f"{file} is not read" in lines
    with pytest.raises(InputError, match="--connector stripe: expected INPUT=MODEL"):
        connect(tmp_path, given(connector=["stripe"]), {})


def test_a_table_beside_the_log_is_known_by_its_file_and_its_columns(tmp_path):
    """Without the table of subscriptions none of them is enough."""
    (tmp_path / "our_tickets.csv").write_text("Ticket ID,Account ID,Submitted at\n1,a,2025-01-01\n")
    (tmp_path / "crm_accounts.csv").write_text("something,else\n1,2\n")
    with pytest.raises(InputError, match="found no table of subscriptions"):
        connect(tmp_path, given(), {})
    (tmp_path / "abos.csv").write_text("customer,start,mrr\na,2025-01-01,5\n")
    connectors, _, lines, _ = connect(tmp_path, given(), {})
    assert connectors == {
        "subscription_changes": "plain_subscription_changes",
        "support_tickets": "plain_support_tickets",
    }
    assert f"{tmp_path / 'crm_accounts.csv'} is not read" in lines


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


@pytest.mark.nightly
def test_a_new_company_has_its_report_after_one_command(exported):
    """By hand: a and b at 100, c at its 1,200; the margin of company.yml is that of lifetime value, so dbt has read it. Its own plays
    stand beside it, in a seed that replaces the project's."""
    nobody = "4;;Pro;15.03.2025;;100,00\n"
    (exported / "abos.csv").write_text(EXPORT.replace("Kunde", "Wer").replace("Nr", "Vertragsnr") + nobody)
    (exported / "company.yml").write_text("max_rejected_rate: 0.2\nreplacements: {segments: our_segments}\n")
    plays = re.sub(
        r"(?m)^(\w+,\w+,[^,\n]+),.*?,([^,]+,\d+)$", r"\1,Ask Ada,\2", (PROJECT / "seeds" / "segments.csv").read_text()
    )
    (exported / "seeds").mkdir()
    (exported / "seeds" / "our_segments.csv").write_text(plays)
    (exported / "helpdesk_tickets.csv").write_text(TICKETS)
    (exported / "crm_accounts.csv").write_text(ACCOUNTS)
    (exported / "feature_usage.csv").write_text(USAGE)
    (exported / "usage_events.csv").unlink()
    refused = answered(exported, [0.7, "EUR", "", "n"], "--subscriptions", exported / "abos.csv")
    assert refused.returncode == 2 and "Nothing was run" in refused.stderr, refused.stdout + refused.stderr
    assert not (exported / "plain").exists()
    # That one row names nobody is accepted, too.
    answers = [0.7, "EUR", "", "y", "y", "2025-06-30", "y"]
    finished = answered(exported, answers, "--subscriptions", exported / "abos.csv")
    assert finished.returncode == 0, finished.stdout[-6000:] + finished.stderr
    text = finished.stdout
    assert "customer_id        Wer  (GUESSED by its content; for example a)" in text
    assert "MRR if run now: 1,400.00 EUR, 3 active customers." in text
    assert "none of 3 subscriptions since 2025-01-15 has ended" in text and "3|" not in text
    assert (
        "usage_events: missing_customer_id: 1 of 2 rows would be rejected" in text
        and "abos.csv: named after" not in text
    )
    assert f"From now on: customer-value run --company {exported}" in text
    assert (exported / "published" / "report" / "index.html").exists()
    settings = Settings.of(company=exported)
    assert settings.as_of == "2025-06-30" and settings.vars["max_rejected_rate"] == 0.2
    assert settings.vars["accepted_rejections"] == {"subscription_changes": ["missing_customer_id"]}
    assert "subscription_changes: missing_customer_id: 1 of 4 rows are left out, as the company accepts" in text
    assert query(
        exported,
        "select reject_reason, count(*) from marts.rejected_rows where input_name = 'subscription_changes' group by 1",
    ) == [("missing_customer_id", 1)]
    assert settings.vars["columns"] == {"plain.subscriptions": {"customer_id": "Wer"}}
    assert query(
        exported, "select customer_id, industry, acquisition_channel from marts.customers order by all limit 1"
    ) == [("a", "Retail", "ads")]
    assert query(exported, "select ticket_id, customer_id, priority from marts.support_tickets") == [
        ("t1", "b", "normal")
    ]
    ((margin, mrr),) = query(
        exported, "select sum(historic_ltv_amount) / sum(collected_amount), sum(mrr_amount) from marts.customer_ltv"
    )
    assert (round(float(margin), 6), mrr) == (0.7, 1400)
    assert query(exported, "select distinct play from marts.customer_segments") == [("Ask Ada",)]
    # dbt writes over a seed whose path is absolute.
    assert (exported / "seeds" / "our_segments.csv").read_text() == plays


def query(company, sql):
    with duckdb.connect(str(company / "published" / "customer_value.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()
