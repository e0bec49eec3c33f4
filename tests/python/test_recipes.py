"""The recipes of CONTRIBUTING.md, followed in a copy of the project."""

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from copies import project_copy

from customer_value.settings import PROJECT


@pytest.fixture
def project(tmp_path):
    """A copy of the project, and a function that runs a command in it."""
    folder = project_copy(tmp_path / "project")
    environment = os.environ | {
        "PYTHONPATH": f"{folder}{os.pathsep}{folder / 'tests'}",
        "CUSTOMER_VALUE_RAW": str(tmp_path / "raw"),
        "CUSTOMER_VALUE_WAREHOUSE": str(tmp_path / "warehouse.duckdb"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }

    def run(*command):
        finished = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
        assert finished.returncode == 0, finished.stdout[-3000:] + finished.stderr[-3000:]

    return folder, run


@pytest.mark.nightly
def test_a_column_of_an_input_touches_three_files(project, tmp_path):
    """The contract and the macro written from it; the third is the unit test of what reads the column."""
    folder, run = project
    sources = folder / "models" / "staging" / "_sources.yml"
    text = sources.read_text()
    country = next(line for line in text.splitlines() if "name: country" in line)
    added = '          - {name: seat_budget, data_type: double, config: {meta: {staged_as: amount}}, description: "Planned seats."}'
    sources.write_text(text.replace(country, f"{country}\n{added}", 1))
    run(sys.executable, "-m", "customer_value.contract")
    changed = {
        path.relative_to(folder)
        for path in folder.rglob("*")
        if path.is_file()
        and path.suffix in (".sql", ".yml", ".py")
        and path.read_bytes() != (PROJECT / path.relative_to(folder)).read_bytes()
    }
    assert changed == {Path("models/staging/_sources.yml"), Path("macros/contract.sql")}
    run(sys.executable, "-m", "customer_value.cli", "generate", *"--customers 30 --months 14".split())
    dbt = str(Path(sys.executable).with_name("dbt"))
    run(dbt, "build", "--select", "+stg_customers", "+rejected_rows", "--exclude-resource-type", "unit_test", "test")
    with duckdb.connect(str(tmp_path / "warehouse.duckdb"), read_only=True) as connection:
        (kind,) = connection.execute("select distinct typeof(seat_budget) from staging.stg_customers").fetchone()
        texts = connection.execute("select row_text from marts.rejected_rows where input_name = 'customers'").fetchall()
    assert kind == "DECIMAL(28,8)"
    assert texts and all("; seat_budget=" in text for (text,) in texts)
