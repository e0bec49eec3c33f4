"""A connector's model takes the place of a source by one var."""

import shutil

import duckdb
import yaml
from conftest import Company

from customer_value.settings import PROJECT

CONNECTOR = """-- Grain: one row per customer of the vendor.
select
    customer_id || '_vendor' as customer_id, customer_name, email, country, industry, employee_count,
    acquisition_channel, created_at, deleted_at, merged_into_customer_id, loaded_at
from {{ source('raw', 'customers') }}
"""


def test_a_connector_stands_in_for_a_source(golden, tmp_path):
    project = tmp_path / "project"
    kept = ("models", "macros", "seeds", "tests", "docs", "dbt_project.yml", "profiles.yml")
    for name in kept:
        source = PROJECT / name
        shutil.copytree(source, project / name) if source.is_dir() else shutil.copy(source, project / name)
    folder = project / "models" / "connectors" / "vendor"
    folder.mkdir(parents=True)
    (folder / "vendor_customers.sql").write_text(CONNECTOR)
    home = tmp_path / "home"
    shutil.copytree(golden.home, home)
    company = Company(home, golden.as_of)
    variables = yaml.safe_dump({"connectors": {"customers": "vendor_customers"}}, default_flow_style=True).strip()
    finished = company.dbt(
        "run", "--project-dir", str(project), "--profiles-dir", str(project), "--vars", variables,
        "--select", "+stg_customers",
    )  # fmt: skip
    assert finished.returncode == 0, finished.stdout
    with duckdb.connect(str(company.settings.warehouse), read_only=True) as connection:
        (count,) = connection.execute(
            "select count(*) from staging.stg_customers where customer_id like '%\\_vendor' escape '\\'"
        ).fetchone()
        # The log names them otherwise: those are inferred.
        (all_count,) = connection.execute("select count(*) from staging.stg_customers where not is_inferred").fetchone()
    assert count == all_count > 0
