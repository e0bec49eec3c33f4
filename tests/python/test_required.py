"""Required is little: the log alone, and of it the columns that arithmetic needs. MRR is that of the full inputs."""

from datetime import date, datetime

import ledgers
import pyarrow.parquet as pq
import pytest
from conftest import Company, built, rows_of
from ledgers import at, change, customer, plan

from customer_value.cli import main

AS_OF = "2025-12-31"
LOADED = {"loaded_at": datetime(2025, 12, 31, 12)}

# Each by the month, in dollars and without discounts, so that the least of columns can say it.
LOG = [
    change("grows", "2025-01-10", unit_amount=100),
    change("grows", "2025-04-10", unit_amount=150),
    change("leaves", "2025-02-10", unit_amount=40),
    change("leaves", "2025-07-05", "canceled", None),
    change("tries", "2025-03-01", "trialing", 70),
    change("tries", "2025-03-15", unit_amount=70),
    change("fails", "2025-03-01", unit_amount=30),
    change("fails", "2025-05-01", "past_due", 30),
    change("fails", "2025-06-01", "expired", None),
    change("pauses", "2025-03-01", unit_amount=60),
    change("pauses", "2025-05-01", "paused", 60),
    change("pauses", "2025-06-10", unit_amount=60),
    change("two", "2025-01-01", unit_amount=10, subscription_id="two_a"),
    change("two", "2025-02-01", unit_amount=20, subscription_id="two_b"),
    change("two", "2025-08-01", "canceled", None, subscription_id="two_a"),
    change("comes_back", "2025-01-01", unit_amount=25),
    change("comes_back", "2025-03-01", "canceled", None),
    change("comes_back", "2025-09-01", unit_amount=35),
]
NAMES = sorted({row["customer_id"] for row in LOG})
TABLES = {
    "customers": [customer(name) | LOADED for name in NAMES],
    "plans": [plan("basic") | LOADED],
    "subscription_changes": [row | LOADED for row in LOG],
    "usage_events": [],
}
LEAST = ["subscription_id", "changed_at", "customer_id", "status", "unit_amount", "loaded_at"]
DEFAULTS = "{default_billing_interval: month, default_currency: USD}"
MRR = "select customer_id, activity_month, mrr_amount from marts.customer_months order by 1, 2"


def company_of(home, tables, only=None, **columns):
    """A company in a folder; of the log only the columns `only`, others replaced by those given."""
    company = Company(home, AS_OF)
    ledgers.write(company.settings.raw, tables)
    path = company.settings.raw / "subscription_changes.parquet"
    table = pq.read_table(path)
    for name, values in columns.items():
        table = table.set_column(table.column_names.index(name), name, values)
    pq.write_table(table.select(only or table.column_names), path)
    return company


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    return built(company_of(tmp_path_factory.mktemp("full"), TABLES), "customer_months")


@pytest.fixture(scope="module")
def log_alone(tmp_path_factory):
    company = company_of(tmp_path_factory.mktemp("log"), {"subscription_changes": TABLES["subscription_changes"]})
    assert [path.name for path in company.settings.raw.iterdir()] == ["subscription_changes.parquet"]
    return company.run()


def test_the_log_alone_gives_every_mart_and_the_same_mrr(full, log_alone):
    expected = rows_of(full, MRR)
    assert len(expected) > 60
    assert log_alone.rows(MRR) == expected
    marts = {name for (name,) in log_alone.rows("select table_name from duckdb_tables() where schema_name = 'marts'")}
    assert len(marts) >= 39
    filled = {
        "mrr_monthly",
        "mrr_movements",
        "cohort_retention",
        "customer_ltv",
        "customer_lifecycle",
        "unit_economics",
    }
    assert [name for name in sorted(filled) if log_alone.rows(f"select count(*) from marts.{name}") == [(0,)]] == []


def test_who_is_inferred_has_an_id_and_nothing_else(log_alone):
    rows = log_alone.rows(
        "select customer_id, customer_name, country, industry, employee_count, acquisition_channel, created_at, is_inferred "
        "from marts.customers order by 1"
    )
    assert rows == [(name, name, None, None, None, None, None, True) for name in NAMES]
    counted = (
        "select inferred_count from marts.input_reconciliation where input_name in ('customers', 'plans') order by 1"
    )
    assert log_alone.rows(counted) == [(1,), (len(NAMES),)]


@pytest.mark.nightly
def test_the_least_of_columns_gives_the_same_mrr(full, tmp_path):
    company = company_of(tmp_path, {"subscription_changes": TABLES["subscription_changes"]}, LEAST)
    built(company, "customer_months", "rejected_rows", "contract_renewals", "subscriptions", variables=DEFAULTS)
    assert rows_of(company, MRR) == rows_of(full, MRR)
    assert rows_of(company, "select count(*) from marts.rejected_rows") == [(0,)]


def test_an_interval_or_a_currency_that_nobody_says_is_no_mrr(tmp_path):
    company = company_of(tmp_path, {"subscription_changes": TABLES["subscription_changes"]}, LEAST)
    built(company, "rejected_rows", variables="{default_billing_interval: month}")
    assert rows_of(company, "select distinct reject_reason from marts.rejected_rows") == [("missing_currency",)]


@pytest.mark.parametrize("column", LEAST)
def test_a_required_column_that_is_absent_is_named_with_what_to_do(tmp_path, capsys, column):
    least = [name for name in LEAST if name != column]
    company = company_of(tmp_path, {"subscription_changes": TABLES["subscription_changes"]}, least)
    assert main(["load", "--raw", str(company.settings.raw), "--warehouse", str(company.settings.warehouse)]) == 2
    message = capsys.readouterr().err
    assert f"column {column}: found no such column" in message
    assert (
        "Name the day of the export once: --as-of" if column == "loaded_at" else "rename the column that holds it"
    ) in message


@pytest.mark.nightly
def test_late_dimensions_drop_no_mrr(full, tmp_path):
    """Half of the customers and the plan come later: until then they are inferred, then their rows take over."""
    late = TABLES | {"customers": TABLES["customers"][:3], "plans": []}
    company = built(company_of(tmp_path, late), "customer_months", "int_customers", "rejected_rows")
    assert rows_of(company, MRR) == rows_of(full, MRR)
    assert rows_of(company, "select count(*) from marts.rejected_rows") == [(0,)]
    inferred = "select customer_id from intermediate.int_customers where is_inferred order by 1"
    assert rows_of(company, inferred) == [(name,) for name in NAMES[3:]]
    ledgers.write(company.settings.raw, TABLES)
    built(company, "int_customers")
    assert rows_of(company, inferred) == []
    assert rows_of(company, "select count(*) from intermediate.int_customers where customer_name like 'Name of %'") == [
        (len(NAMES),)
    ]


# --- Days and months are those of the reporting time zone ---

ZONE = "{reporting_time_zone: America/Los_Angeles}"


@pytest.mark.nightly
def test_an_evening_in_los_angeles_counts_on_its_own_day(tmp_path):
    """31 January 20:00 there is 1 February 04:00 in UTC."""
    tables = TABLES | {
        "customers": [customer("evening"), customer("autumn")],
        "subscription_changes": [
            change("evening", "2025-02-01 04:00"),
            # The hour that the clocks show twice: what ends in the second pass does not end before it began in the first.
            change("autumn", "2025-11-02 08:50"),
            change("autumn", "2025-11-02 09:10", "canceled", None),
        ],
        "usage_events": [
            {"event_id": "e", "customer_id": "evening", "feature": "f", "occurred_at": at("2025-03-01 07:59")},
            {"event_id": "e2", "customer_id": "evening", "feature": "f", "occurred_at": at("2025-03-01 08:00")},
        ],
    }
    company = built(
        company_of(tmp_path, tables), "customer_months", "rejected_rows", "int_usage_customer_days", variables=ZONE
    )
    first = "select customer_id, min(activity_month) from marts.customer_months where mrr_amount > 0 group by 1"
    assert rows_of(company, first) == [("evening", date(2025, 1, 1))]
    assert rows_of(company, "select count(*) from marts.rejected_rows") == [(0,)]
    days = "select distinct activity_date from intermediate.int_usage_customer_days order by 1"
    assert rows_of(company, days) == [(date(2025, 2, 28),), (date(2025, 3, 1),)]
    # The same inputs in UTC: incremental models are built again, too.
    built(company, "customer_months", "int_usage_customer_days")
    assert rows_of(company, first) == [("evening", date(2025, 2, 1))]
    assert rows_of(company, days) == [(date(2025, 3, 1),)]


@pytest.mark.nightly
def test_a_date_without_a_time_is_that_day_in_the_reporting_time_zone(tmp_path):
    days = [date(2025, 2, 1), date(2025, 5, 1)]
    tables = TABLES | {
        "subscription_changes": [change("grows", "2025-02-01"), change("grows", "2025-05-01", "expired", None)]
    }
    company = company_of(tmp_path, tables, changed_at=[days], loaded_at=[[date(2025, 12, 31)] * 2])
    paid = "select min(activity_month), max(activity_month) from marts.customer_months where mrr_amount > 0"
    for variables in (ZONE, "{reporting_time_zone: Asia/Tokyo}", "{}"):
        built(company, "customer_months", "rejected_rows", variables=variables)
        assert rows_of(company, paid) == [(date(2025, 2, 1), date(2025, 4, 1))], variables
        assert rows_of(company, "select count(*) from marts.rejected_rows") == [(0,)]


@pytest.mark.nightly
def test_the_as_of_day_is_one_of_the_reporting_time_zone(tmp_path):
    company = company_of(tmp_path, TABLES | {"subscription_changes": [change("grows", "2025-02-01")]})
    company = Company(company.home, "")
    # The newest rows were loaded at midnight in UTC, the evening before in Los Angeles.
    built(company, "run_settings", variables=ZONE)
    assert rows_of(company, "select as_of_date from staging.run_settings") == [(date(2025, 12, 31),)]
    built(company, "run_settings")
    assert rows_of(company, "select as_of_date from staging.run_settings") == [(date(2026, 1, 1),)]


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ("{reporting_time_zone: America/Springfield}", 'reporting_time_zone: found "America/Springfield"'),
        pytest.param(
            *("{default_billing_interval: monthly}", 'default_billing_interval: found "monthly"'),
            marks=pytest.mark.nightly,
        ),
        pytest.param("{default_currency: dollars}", 'default_currency: found "dollars"', marks=pytest.mark.nightly),
    ],
)
def test_a_wrong_var_is_said_before_anything_is_built(full, variables, said):
    finished = full.dbt("run", "--select", "run_settings", "--vars", variables)
    assert finished.returncode != 0 and said in finished.stdout


# --- An end before its start ---


@pytest.mark.nightly
def test_an_item_that_ended_before_it_began_counts_nothing_and_names_its_mrr(tmp_path):
    tables = TABLES | {
        "subscription_changes": [
            change("grows", "2025-03-01", unit_amount=100),
            change("grows", "2025-02-20", "canceled", 100),
            change("leaves", "2025-03-01", unit_amount=40),
        ]
    }
    company = built(company_of(tmp_path, tables), "customer_months", "rejected_rows", "input_reconciliation")
    assert rows_of(company, "select distinct customer_id from marts.customer_months where mrr_amount > 0") == [
        ("leaves",)
    ]
    rejected = "select reject_reason, amount_at_stake from marts.rejected_rows order by 1"
    assert rows_of(company, rejected) == [("end_before_start", None), ("held_back", 100)]
    counted = (
        "select raw_row_count, staged_row_count, superseded_row_count, rejected_row_count "
        "from marts.input_reconciliation where input_name = 'subscription_changes'"
    )
    assert rows_of(company, counted) == [(3, 1, 0, 2)]
