"""A connector's model takes the place of a source by one var."""

import json
import re
import shutil
from types import SimpleNamespace

import jinja2
import pytest
import yaml
from conftest import Company, OwnProject, rows_of
from copies import project_copy

from customer_value.contract import connected as connected_inputs
from customer_value.errors import InputError
from customer_value.settings import PROJECT
from customer_value.vendor_tables import accounts_of

CONNECTOR = """-- Grain: one row per customer of the vendor.
select
    customer_id || '_vendor' as customer_id, customer_name, email, country, industry, employee_count,
    acquisition_channel, created_at, deleted_at, merged_into_customer_id, loaded_at
from {{ source('customer_value', 'customers') }}
"""

LEAST = """-- Grain: one row per change of a subscription, with no more than the contract requires.
select subscription_id, changed_at, customer_id, status, unit_amount, loaded_at
from {{ source('customer_value', 'subscription_changes') }}
"""


def connected(golden, tmp_path, input_name, sql, variables):
    """The golden company with a connector's model for one input, and staging built from it."""
    project = project_copy(tmp_path / "project")
    folder = project / "models" / "connectors" / "vendor"
    folder.mkdir(parents=True)
    (folder / f"vendor_{input_name}.sql").write_text(sql)
    home = tmp_path / "home"
    shutil.copytree(golden.home, home)
    company = Company(home, golden.as_of)
    variables = yaml.safe_dump(
        {"connectors": {input_name: f"vendor_{input_name}"}} | variables, default_flow_style=True, width=1000
    ).strip()
    finished = company.dbt(
        "run", "--project-dir", str(project), "--profiles-dir", str(project), "--vars", variables,
        "--select", "+stg_subscription_changes",
    )  # fmt: skip
    assert finished.returncode == 0, finished.stdout
    return company


@pytest.mark.nightly
def test_a_connector_stands_in_for_a_source(golden, tmp_path):
    """It writes the columns that it has: others of the contract are null."""
    company = connected(golden, tmp_path, "customers", CONNECTOR, {})
    counts = (
        "select count(*), count(*) filter (customer_id like '%~_vendor' escape '~'), count(parent_customer_id) "
        # The log names them otherwise: those are inferred.
        "from staging.stg_customers where not is_inferred"
    )
    ((all_count, count, parent_count),) = rows_of(company, counts)
    assert count == all_count > 0 and parent_count == 0


@pytest.mark.nightly
def test_a_connector_need_not_write_more_than_is_required(golden, tmp_path):
    defaults = {"default_billing_interval": "month", "default_currency": "USD"}
    company = connected(golden, tmp_path, "subscription_changes", LEAST, defaults)
    values = "select distinct item_id = subscription_id, quantity, currency, billing_interval, interval_count, plan_id"
    rows = rows_of(company, f"{values} from staging.stg_subscription_changes where unit_amount > 0")
    assert rows == [(True, 1, "USD", "month", 1, None)]


PLAIN = """Customer;Contract;Plan;Start;End;MRR;Price;Interval;Seats;State
a;;basic;10.01.2025;;100;;;;
b;;basic;01.01.2025;15.03.2025;;1200;yearly;2;cancelled
c;c1;basic;01.02.2025;01.04.2025;50;;;;
c;c1;basic;01.04.2025;;70;;;;
d;;basic;15.01.2025;01.04.2025;50;;;;
d;;pro;01.04.2025;;80;;;;
e;;basic;15.01.2025;;900;;;;cancelled
f;;basic;05.05.2025;;10;;;;
f;;basic;05.05.2025;;20;;;;
g;;basic;05.05.2025;04.04.2025;60;;;;
h;;basic;05.05.2025;;6O;;;;
i;;basic;05.05.2025;;10;;;;gekündigt
"""


def company_of(home, tables, variables):
    """A company with plain tables, by name, and vars that differ from the project's; not run yet."""
    project = project_copy(home / "project") / "dbt_project.yml"
    text = project.read_text()
    changes = {"default_currency: ": "EUR", "max_rejected_rate: ": "1"} | variables
    for var, value in changes.items():
        (line,) = [line for line in text.splitlines() if line.startswith(f"  {var}")]
        text = text.replace(f"{line}\n", f"  {var}{value}\n")
    project.write_text(text)
    company = OwnProject(home, "")
    (company.settings.raw / "plain").mkdir(parents=True)
    for name, rows in tables.items():
        (company.settings.raw / "plain" / f"{name}.csv").write_text(rows)
    return company


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """A company that keeps a row per subscription, in a German CSV file, run as of the end of June."""
    variables = {"connectors: ": "{subscription_changes: plain_subscription_changes}"}
    company = company_of(tmp_path_factory.mktemp("plain"), {"subscriptions": PLAIN}, variables)
    finished = company.run_as_of("2025-06-30")
    assert finished.returncode == 0, finished.stdout[-6000:] + finished.stderr
    return company


def test_a_row_per_subscription_is_its_start_and_its_end(plain):
    """By hand: two seats at 1200 a year are 200 until 15 March; c and d pay more from April on, f twice from May on."""
    assert plain.rows(
        "select cast(activity_month as varchar), closing_mrr_amount from marts.mrr_monthly order by 1"
    ) == [
        ("2025-01-01", 350),
        ("2025-02-01", 400),
        ("2025-03-01", 200),
        ("2025-04-01", 250),
        ("2025-05-01", 280),
        ("2025-06-01", 280),
    ]
    assert plain.rows(
        "select customer_id, movement_type, cast(activity_month as varchar), movement_amount from marts.mrr_movements "
        "where movement_type <> 'new' order by all"
    ) == [
        ("b", "churn", "2025-03-01", -200),
        ("c", "expansion", "2025-04-01", 20),
        ("d", "expansion", "2025-04-01", 30),
    ]


def test_what_is_wrong_in_a_plain_table_is_rejected(plain):
    """What is over, nobody knows since when; what ends before it starts; and a six with the letter O."""
    assert plain.rows(
        "select split_part(row_key, '|', 1), reject_reason, rejected_value from marts.rejected_rows order by all"
    ) == [
        ("e", "missing_status", None),
        ("g", "end_before_start", None),
        ("g", "held_back", None),
        ("h", "unreadable_value", "mrr = 6O"),
        ("i", "missing_status", None),
    ]


def test_a_plain_table_that_nobody_reads_is_named(plain, tmp_path):
    company = Company(tmp_path, "2025-06-30")
    shutil.copytree(plain.settings.raw, company.settings.raw)
    refused = company.cli("load")
    assert refused.returncode == 2 and "raw/plain stand in for it by the var connectors" in refused.stderr, (
        refused.stderr
    )


BILLS = """Customer;Paid at;Total;Plan
a;2025-01-05;50;
a;2025-02-05;50;
a;2025-03-07;50;
a;2025-04-05;50;
a;2025-05-05;60;
a;2025-06-05;60;
b;2025-01-31;100,00 €;
b;2025-02-28;100,00 €;
b;2025-03-31;100,00 €;
c;2025-02-10;500;
d;2025-01-15;300;
d;2025-04-15;300;
d;2025-04-20;-300;
e;2025-01-10;20;basic
e;2025-02-10;20;basic
e;2025-03-10;20;basic
e;2025-04-10;20;basic
e;2025-05-10;20;basic
e;2025-06-10;20;basic
e;2024-06-10;1.200,00;pro
e;2025-06-05;1.200,00;pro
f;2025-01-01;10;
f;2025-02-01;10;
f;2025-04-01;10;
f;2025-05-01;10;
f;2025-06-01;10;
g;2025-06-01;6O;
"""
EVENTS = """customer,user,name,time
a,u1,login,2025-06-02 10:00:00
a,u1,login,2025-06-02 10:00:00
a,,export,2025-06-03 11:00:00
"""


@pytest.fixture(scope="module")
def billed(tmp_path_factory):
    """A company that keeps its bills and events alone, run as of the end of June."""
    models = {"subscription_changes": "plain_billed_subscription_changes", "invoice_lines": "plain_invoice_lines"}
    models |= {"usage_events": "plain_usage_events"}
    variables = {"connectors: ": yaml.safe_dump(models, default_flow_style=True, width=1000).strip()}
    company = company_of(tmp_path_factory.mktemp("billed"), {"bills": BILLS, "events": EVENTS}, variables)
    finished = company.run_as_of("2025-06-30")
    assert finished.returncode == 0, finished.stdout[-6000:] + finished.stderr
    return company


@pytest.mark.nightly
def test_steady_bills_are_subscriptions(billed):
    """By hand: d's quarter and e's year are 100 each; b is not billed at the end of April, and a week later has ended; f skips March."""
    assert billed.rows(
        "select cast(activity_month as varchar), closing_mrr_amount from marts.mrr_monthly "
        "where activity_month >= date '2025-01-01' order by 1"
    ) == [
        ("2025-01-01", 380),
        ("2025-02-01", 380),
        ("2025-03-01", 370),
        ("2025-04-01", 380),
        ("2025-05-01", 290),
        ("2025-06-01", 290),
    ]
    assert billed.rows(
        "select customer_id, movement_type, cast(activity_month as varchar), movement_amount from marts.mrr_movements "
        "where movement_type <> 'new' order by all"
    ) == [
        ("a", "expansion", "2025-05-01", 10),
        ("b", "churn", "2025-05-01", -100),
        ("e", "expansion", "2025-01-01", 20),
        ("f", "churn", "2025-03-01", -10),
        ("f", "reactivation", "2025-04-01", 10),
    ]


@pytest.mark.nightly
def test_what_is_not_yet_due_is_no_planned_end(billed):
    """The end of b is told by the bill that did not come; nobody else has one."""
    assert billed.rows(
        "select customer_id, committed_mrr_amount from marts.customers where committed_mrr_amount > 0 order by all"
    ) == [("a", 60), ("d", 100), ("e", 120), ("f", 10)]


@pytest.mark.nightly
def test_every_bill_and_event_is_accounted_for(billed):
    """A single bill is a purchase, a refund a credit, a six with the letter O rejected; two equal events are two."""
    assert rows_of(
        billed, "select kind, count(*), sum(amount) from staging.stg_invoice_lines group by kind order by kind"
    ) == [("credit", 1, -300), ("one_off", 1, 500), ("recurring", 24, 3790)]
    assert billed.rows(
        "select split_part(row_key, '|', 1), reject_reason, rejected_value from marts.rejected_rows"
    ) == [("g", "unreadable_value", "total = 6O")]
    assert billed.rows(
        "select raw_row_count, staged_row_count from marts.input_reconciliation where input_name = 'usage_events'"
    ) == [(3, 3)]


# Two published cases in one file: ends are last days, so that the second case's end of 1 May, which it leaves out, is 30 April.
PUBLISHED = """customer,start,end,plan,amount,period
acme,2026-01-01,2026-03-31,Basic,300,quarter
acme,2026-04-01,,Pro,200,month
birch,15/02/2026,2026-05-15,Basic,"1.200,00",year
cedar,2026-02-10,,Core,80,month
cedar,2026-03-01,2026-04-30,Add-on,20,month
dune,2026-02-10,,Core,,month
"""


@pytest.mark.nightly
def test_published_cases_give_their_mrr(tmp_path):
    """acme changes its plan on 1 April, which is no end; two plans of cedar are two subscriptions; a price that is absent is not guessed."""
    variables = {
        "connectors: ": "{subscription_changes: plain_subscription_changes}",
        "default_currency: ": "USD",
        "end_is_inclusive: ": "true",
    }
    company = company_of(tmp_path, {"subscriptions": PUBLISHED}, variables)
    loaded = company.run_as_of("2026-06-30", command="load")
    assert loaded.returncode == 0, loaded.stdout + loaded.stderr
    built = company.dbt(
        "build", "--exclude-resource-type", "test", "unit_test", "--select", "+int_subscription_item_months"
    )
    assert built.returncode == 0, built.stdout[-3000:]
    found = rows_of(
        company,
        "select customer_id, month(activity_month), sum(mrr_amount) from intermediate.int_subscription_item_months "
        "where mrr_amount > 0 group by all order by all",
    )
    assert found == [
        *[("acme", month, 100) for month in (1, 2, 3)],
        *[("acme", month, 200) for month in (4, 5, 6)],
        *[("birch", month, 100) for month in (2, 3, 4)],
        *zip(["cedar"] * 5, (2, 3, 4, 5, 6), (80, 100, 100, 80, 80), strict=True),
    ]
    rejected = (
        "select customer_id, reject_reason from staging.base_subscription_changes where reject_reason is not null"
    )
    assert rows_of(company, rejected) == [("dune", "missing_unit_amount")]


@pytest.mark.nightly
def test_the_connectors_unit_tests_pass(plain, billed):
    """Those of the models that each company uses."""
    for company, count in ((plain, 4), (billed, 9)):
        finished = company.dbt("test", "--select", "path:models/connectors,test_type:unit")
        assert finished.returncode == 0, finished.stdout[-3000:]
        assert finished.stdout.count("PASS plain_") == count


def lines(path, *rows):
    """A file of JSON lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.mark.nightly
def test_several_connectors_complete_each_other(tmp_path):
    """Rows of the log are those of all. Of a customer whom several list the first that knows a value counts: Stripe does not know b's name.

    Stripe's other account has the same ids, which are others by their prefix: its MRR is added.
    """
    company = Company(tmp_path, "2026-06-30")
    price = {
        "id": "price", "currency": "usd", "unit_amount": 1000, "product": "p", "recurring": {"interval": "month", "interval_count": 1},
    }  # fmt: skip
    stripe, recurly = company.settings.raw / "stripe", company.settings.raw / "recurly"
    for folder, quantity in ((stripe, 2), (company.settings.raw / "stripe_us", 3)):
        lines(
            folder / "subscriptions.jsonl",
            {
                "id": "sub_a", "customer": "a", "status": "active", "start_date": 1767225600, "currency": "usd",
                "items": {"data": [{"id": "si_a", "quantity": quantity, "price": price}]},
            },
        )  # fmt: skip
    lines(
        stripe / "customers.jsonl",
        {"id": "a", "name": "A of Stripe", "email": "a@a.example"},
        {"id": "b", "email": "b@b.example"},
    )
    # It has a table that the other does not have, and a column of its own.
    lines(company.settings.raw / "stripe_us" / "customer.jsonl", {"id": "a", "name": "A", "address": {"country": "US"}})
    lines(
        recurly / "subscriptions.jsonl",
        {
            "id": "r", "account": {"id": "b"}, "plan": {"id": "solo"}, "state": "active", "currency": "USD", "unit_amount": 25,
            "quantity": 1, "activated_at": "2026-02-01T00:00:00Z", "updated_at": "2026-02-01T00:00:00Z",
        },
    )  # fmt: skip
    lines(recurly / "plans.jsonl", {"id": "solo", "interval_unit": "months", "interval_length": 1})
    lines(
        recurly / "accounts.jsonl",
        {"id": "b", "company": "B of Recurly", "address": {"country": "FR"}, "email": "another@b.example"},
        {"id": "c", "company": "C of Recurly"},
    )
    finished = company.dbt(
        "build", "--exclude-resource-type", "test", "unit_test", "--select", "+stg_customers", "+stg_subscription_changes",
        "--vars", "{connectors: {billing: [stripe, recurly]}, stripe_sources: [{schema: stripe}, {schema: stripe_us, prefix: us_}]}",
    )  # fmt: skip
    assert finished.returncode == 0, finished.stdout[-4000:]
    assert rows_of(
        company, "select customer_id, customer_name, country, email from staging.stg_customers order by 1"
    ) == [
        ("a", "A of Stripe", None, "a@a.example"),
        ("b", "B of Recurly", "FR", "b@b.example"),
        ("c", "C of Recurly", None, None),
        ("us_a", "A", "US", None),
    ]
    log = "select subscription_id, customer_id, plan_id, quantity * unit_amount from staging.stg_subscription_changes order by 1"
    assert rows_of(company, log) == [
        ("r", "b", "solo", 25),
        ("sub_a", "a", "price", 20),
        ("us_sub_a", "us_a", "us_price", 30),
    ]


@pytest.mark.parametrize(
    ("connectors", "said"),
    [
        ({"billing": "strpe"}, "{billing: strpe}: found no connector strpe. Is it stripe?"),
        (
            {"subscription_change": "plain_subscription_changes"},
            "found no input subscription_change. Is it subscription_changes?",
        ),
        ({"billing": ["stripe", "plain"]}, "{billing: plain}: a plain table stands in for one input"),
    ],
)
def test_a_connector_that_is_none_is_refused(connectors, said):
    with pytest.raises(InputError, match=re.escape(said)):
        connected_inputs(connectors)


@pytest.mark.parametrize(
    ("accounts", "said"),
    [
        ("stripe_eu", "found stripe_eu, expected a list, for example"),
        (["stripe_eu"], "expected a list, for example [{schema: stripe_eu, prefix: eu_}"),
        ([{"schema": "stripe_eu", "name": "eu"}], "An account has a schema, and may have a prefix and a database."),
        ([{"prefix": "eu_"}], "An account has a schema"),
        (
            [{"schema": "stripe_eu", "prefix": "e'u"}],
            'found the prefix "e\'u", expected letters, digits and _ . : - alone',
        ),
        (
            [{"schema": "stripe_eu"}, {"schema": "stripe_us"}],
            'found the prefixes "", "", expected another one for each account',
        ),
        (
            [{"schema": "stripe_eu"}, {"schema": "stripe_su", "prefix": "us_"}],
            "found no schema stripe_su, expected the tables of an account of stripe in it.",
        ),
        ([{"schema": "stripe_eu"}, {"schema": "stripe_us", "prefix": "us_"}], ""),
    ],
)
def test_what_is_said_of_accounts_is_checked(accounts, said):
    found = refusals(
        "check_vars",
        "check_accounts",
        connector_models=lambda: ["chargebee", "stripe"],
        vendor_accounts=lambda vendor: accounts if vendor == "stripe" else [],
        var=lambda name, default=None: {"billing": "stripe"} if name == "connectors" else default,
        adapter=SimpleNamespace(check_schema_exists=lambda database, schema: schema in ("stripe_eu", "stripe_us")),
    )
    assert found.startswith("var stripe_sources: ") == bool(said) and said in found


@pytest.mark.parametrize("account", ["stripe_eu", {"prefix": "eu_"}])
def test_an_account_without_a_schema_is_refused_before_its_files_are_read(account):
    with pytest.raises(InputError, match=r"var stripe_sources: found .*, expected a schema for each account"):
        accounts_of({"stripe_sources": [account]}, "stripe")


@pytest.mark.parametrize(
    ("eu", "us", "said"),
    [
        (
            {"_fivetran_synced": "timestamp"},
            {"_airbyte_raw_id": "text"},
            "expected all accounts of a vendor from one loader.",
        ),
        ({"_fivetran_synced": "timestamp"}, {"_fivetran_synced": "timestamp", "more": "text"}, ""),
    ],
)
def test_the_accounts_of_a_vendor_come_from_one_loader(eu, us, said):
    parts = [
        {"name": "customer", "relation": SimpleNamespace(schema=schema), "columns": columns, "prefix": prefix}
        for schema, columns, prefix in (("stripe_eu", eu, ""), ("stripe_us", us, "us_"))
    ]
    found = refusals("vendor_tables", "rows_of_accounts", "stripe", parts, "customers")
    assert bool(found) == bool(said) and said in found


@pytest.mark.parametrize(
    ("table", "nested", "said"),
    [
        (
            ["stripe_eu"],
            ["stripe_eu", "stripe_us"],
            "in invoice of stripe_us, expected it in the same tables of all accounts.",
        ),
        (["stripe_eu", "stripe_us"], ["stripe_us"], ""),
        ([], ["stripe_us"], ""),
    ],
)
def test_what_one_account_has_elsewhere_is_not_lost(table, nested, said):
    """Lines of invoices in a table of their own hide those within invoices: an account that has no such table would lose its own."""
    places = [
        {"name": "invoice_line_item" if table else None, "schemas": table},
        {"name": "invoice", "schemas": nested},
    ]
    found = refusals("vendor_tables", "first_landed", "stripe", places, var=lambda name, default=None: [1, 2])
    assert bool(found) == bool(said) and said in found


def refusals(file, macro, *arguments, **known):
    """What a macro refuses, as the text of its error; nothing where it refuses nothing. What dbt gives it, tests do."""

    def refuse(text):
        raise InputError(text)

    environment = jinja2.Environment(extensions=["jinja2.ext.do"])
    environment.globals |= {
        "return": str,
        "exceptions": SimpleNamespace(raise_compiler_error=refuse),
        "modules": SimpleNamespace(re=re),
        "target": SimpleNamespace(database="warehouse"),
        "dbt": SimpleNamespace(type_string=lambda: "text", string_literal=repr),
        "adapter": SimpleNamespace(quote=repr),
        **known,
    }
    template = environment.from_string((PROJECT / "macros" / f"{file}.sql").read_text())
    try:
        getattr(template.module, macro)(*arguments)
    except InputError as error:
        return str(error)
    return ""
