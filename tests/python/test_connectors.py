"""A connector's model takes the place of a source by one var."""

import shutil

import yaml
from conftest import Company, rows_of
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
