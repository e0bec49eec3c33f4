"""A connector's model takes the place of a source by one var."""

import shutil

import pytest
import yaml
from conftest import Company, OwnProject, rows_of
from copies import project_copy

CONNECTOR = """-- Grain: one row per customer of the vendor.
select
    customer_id || '_vendor' as customer_id, customer_name, email, country, industry, employee_count,
    acquisition_channel, created_at, deleted_at, merged_into_customer_id, loaded_at
from {{ source('raw', 'customers') }}
"""

LEAST = """-- Grain: one row per change of a subscription, with no more than the contract requires.
select subscription_id, changed_at, customer_id, status, unit_amount, loaded_at
from {{ source('raw', 'subscription_changes') }}
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
"""


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """A company that keeps a row per subscription, in a German CSV file, run as of the end of June."""
    home = tmp_path_factory.mktemp("plain")
    project = project_copy(home / "project") / "dbt_project.yml"
    text = project.read_text()
    for var, value in {
        "connectors: {}": "connectors: {subscription_changes: plain_subscription_changes}",
        'default_currency: ""': "default_currency: EUR",
        "max_rejected_rate: 0.05": "max_rejected_rate: 1",
    }.items():
        assert text.count(f"  {var}\n") == 1, var
        text = text.replace(f"  {var}\n", f"  {value}\n")
    project.write_text(text)
    company = OwnProject(home, "")
    (company.settings.raw / "plain").mkdir(parents=True)
    (company.settings.raw / "plain" / "subscriptions.csv").write_text(PLAIN)
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
    ]


def test_a_plain_table_that_nobody_reads_is_named(plain, tmp_path):
    company = Company(tmp_path, "2025-06-30")
    shutil.copytree(plain.settings.raw, company.settings.raw)
    refused = company.cli("load")
    assert refused.returncode == 2 and "raw/plain stand in for it by the var connectors" in refused.stderr, (
        refused.stderr
    )


def test_the_connectors_unit_tests_pass(plain):
    finished = plain.dbt("test", "--select", "plain_subscription_changes,test_type:unit")
    assert finished.returncode == 0, finished.stdout[-3000:]
    assert finished.stdout.count("PASS plain_subscription_changes::") == 2
