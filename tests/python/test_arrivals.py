"""Inputs that do not meet the contract are refused with one clear line each; what was built and published stays as it was."""

import json
import shutil

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import Company

from customer_value.cli import main
from customer_value.contract import MACRO, inputs, macro
from customer_value.load import create_views, inspect, load
from customer_value.settings import Settings


@pytest.fixture
def company(demo, tmp_path):
    """A company of its own to break, with what is published."""
    shutil.copytree(demo.home, tmp_path / "home")
    return Company(tmp_path / "home", "")


def replaced(path, column, values):
    """Write a Parquet file again with one column changed, or left out where `values` is None."""
    table = pq.read_table(path)
    position = table.column_names.index(column)
    table = table.remove_column(position)
    if values is not None:
        table = table.append_column(column, values)
    pq.write_table(table, path)


def break_missing_input(raw):
    (raw / "subscription_changes.parquet").unlink()
    return ["subscription_changes.parquet", "no such file", "required input subscription_changes"]


def break_missing_column(raw):
    replaced(raw / "subscription_changes.parquet", "unit_amount", None)
    return ["subscription_changes.parquet", "column unit_amount", "no such column", "expected one of type double"]


def break_missing_column_of_an_optional_input(raw):
    replaced(raw / "leads.parquet", "created_at", None)
    return ["leads.parquet", "column created_at", "no such column"]


def break_wrong_type(raw):
    count = pq.read_metadata(raw / "customers.parquet").num_rows
    replaced(raw / "customers.parquet", "created_at", pa.array(["yesterday"] * count))
    return ["customers.parquet", "column created_at", 'found "yesterday", expected timestamp', "None of"]


def break_unreadable(raw):
    (raw / "invoice_lines.parquet").write_bytes(b"PAR1 this is no Parquet file PAR1")
    return ["invoice_lines.parquet", "cannot be read", "Write it again"]


def break_empty_folder(raw):
    (raw / "users.parquet").unlink()
    (raw / "users").mkdir()
    return ["users", "found no file of data"]


def break_twice_delivered(raw):
    (raw / "users").mkdir()
    shutil.copy(raw / "users.parquet", raw / "users")
    return ["users.parquet", "raw/users", "expected one of them"]


def break_everything(raw):
    shutil.rmtree(raw)
    return ["no such folder", "--raw"]


@pytest.mark.parametrize(
    "break_input",
    [
        break_missing_input,
        break_missing_column,
        break_missing_column_of_an_optional_input,
        break_wrong_type,
        break_unreadable,
        break_empty_folder,
        break_twice_delivered,
        break_everything,
    ],
)
def test_a_bad_input_is_refused(company, capsys, break_input):
    expected = break_input(company.settings.raw)
    before = (
        company.settings.warehouse.read_bytes(),
        (company.settings.published / "customer_value.duckdb").read_bytes(),
    )
    arguments = ["--raw", company.settings.raw, "--warehouse", company.settings.warehouse]
    assert main(["run", *map(str, [*arguments, "--published", company.settings.published])]) == 2
    message = capsys.readouterr().err
    assert all(part in message for part in expected), message
    assert len(message.strip().splitlines()) == 1
    after = company.settings.warehouse.read_bytes(), (company.settings.published / "customer_value.duckdb").read_bytes()
    assert after == before


def test_every_problem_is_named_at_once(company, capsys):
    break_missing_input(company.settings.raw)
    break_wrong_type(company.settings.raw)
    assert main(["load", "--raw", str(company.settings.raw), "--warehouse", str(company.settings.warehouse)]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 2


def test_a_wrong_as_of_is_refused(company, capsys):
    assert main(["run", "--raw", str(company.settings.raw), "--as-of", "31.12.2025"]) == 2
    assert "'31.12.2025' does not match the format '%Y-%m-%d'" in capsys.readouterr().err


def test_a_held_warehouse_is_said_to_be_held(company):
    with duckdb.connect(str(company.settings.warehouse)):
        finished = company.cli("load")
    assert finished.returncode == 2
    assert "cannot be opened for writing" in finished.stderr


def test_the_models_read_the_contract_as_declared():
    assert MACRO.read_text() == macro(), "run `python -m customer_value.contract`"


def test_absent_optional_inputs_are_empty_and_typed(random_company, ledger):
    load(random_company.settings)
    with duckdb.connect(str(random_company.settings.warehouse), read_only=True) as connection:
        for contract in inputs().values():
            relation = connection.sql(f"from raw.{contract.name}")
            assert relation.columns == list(contract.columns)
            if contract.name not in ledger.tables:
                assert relation.fetchall() == []


def test_an_optional_column_may_be_absent(company):
    """It is there for the models, without a value; a required one that is absent is refused, see above."""
    absent = {
        contract.name: [
            name
            for name, meta in contract.column_metas.items()
            if not meta.get("is_required") and not meta.get("is_of_the_load")
        ]
        for contract in inputs().values()
        if contract.name not in ("usage_events", "exchange_rates")
    }
    for name, columns in absent.items():
        for column in columns:
            replaced(company.settings.raw / f"{name}.parquet", column, None)
    load(company.settings)
    with duckdb.connect(str(company.settings.warehouse), read_only=True) as connection:
        # All columns of model_scores are required.
        for name, columns in ((name, columns) for name, columns in absent.items() if columns):
            counts = ", ".join(f"count({column})" for column in columns)
            assert set(connection.execute(f"select {counts} from raw.{name}").fetchone()) == {0}, name


def test_other_types_of_the_same_kind_are_taken(tmp_path):
    """Integers and decimals for numbers, any precision of instants, zones turned into UTC, empty columns of any type."""
    contract = inputs()["users"]
    rows = duckdb.connect().sql(
        "select 'u' as user_id, 'c' as customer_id, timestamptz '2025-01-01 02:00:00+02' as created_at, "
        "null::integer as deactivated_at, timestamp_ns '2025-01-02 00:00:00' as loaded_at"
    )
    pq.write_table(rows.to_arrow_table(), tmp_path / "users.parquet")
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'America/New_York'")
        create_views(connection, [inspect(connection, Settings.of(raw=tmp_path), contract)])
        (row,) = connection.execute(
            "select created_at::varchar, deactivated_at, loaded_at::varchar from raw.users"
        ).fetchall()
    assert row == ("2025-01-01 00:00:00", None, "2025-01-02 00:00:00")


def test_a_date_stays_a_date(tmp_path):
    """Where an instant is wanted a date has no time zone yet: staging takes it for that day in the reporting one."""
    rows = duckdb.connect().sql(
        "select 'u' as user_id, 'c' as customer_id, date '2025-01-01' as created_at, now() as loaded_at"
    )
    pq.write_table(rows.to_arrow_table(), tmp_path / "users.parquet")
    with duckdb.connect() as connection:
        create_views(connection, [inspect(connection, Settings.of(raw=tmp_path), inputs()["users"])])
        (types,) = connection.execute("select typeof(created_at), typeof(loaded_at) from raw.users").fetchall()
    assert types == ("DATE", "TIMESTAMP")


def test_paths_are_no_sql(tmp_path, demo):
    home = tmp_path / "it's; drop table x --"
    shutil.copytree(demo.settings.raw, home)
    assert main(["load", "--raw", str(home), "--warehouse", str(tmp_path / "o'hara.duckdb")]) == 0


@pytest.mark.nightly
def test_a_plain_dbt_build_sees_the_inputs(company):
    warehouse = {"CUSTOMER_VALUE_WAREHOUSE": str(company.home / "new" / "folder" / "warehouse.duckdb")}
    finished = company.dbt("build", **warehouse)
    assert finished.returncode == 0, finished.stdout
    # Unit tests of every layer ran along with it, on a warehouse that held nothing.
    ran = json.loads((company.home / "target" / "run_results.json").read_text())["results"]
    assert {result["status"] for result in ran if result["unique_id"].startswith("unit_test.")} == {"pass"}
    assert sum(result["unique_id"].startswith("unit_test.") for result in ran) >= 38
    break_missing_column(company.settings.raw)
    finished = company.dbt("build", "--select", "stg_plans", **warehouse)
    assert finished.returncode != 0 and "column unit_amount" in finished.stdout
