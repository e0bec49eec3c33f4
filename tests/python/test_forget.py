"""Forgetting a customer: the name is in no file that is kept, comes back with no run, and no number changes."""

import shutil

import duckdb
import pytest
from conftest import Company
from test_nightly import copied

NAME, EMAIL, HASHED = "Zyxwv Person 4711", "zyxwv.person@example.org", "hash"


@pytest.fixture(scope="module")
def company(demo, tmp_path_factory):
    """The demonstration company, one of whose customers has a name that is found, published twice, with Parquet and report."""
    home = tmp_path_factory.mktemp("forget") / "home"
    company = copied(demo, home)
    customers = company.settings.raw / "customers.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"create table customers as from '{customers}'")
        connection.execute("update customers set customer_name = ?, email = ? where customer_id = 'c7'", [NAME, EMAIL])
        connection.execute(f"copy customers to '{customers}' (format parquet)")
    assert company.cli("run", "--parquet").returncode == 0
    assert company.cli("publish", "--parquet").returncode == 0
    assert company.cli("report").returncode == 0
    return company


def files_with(company, text):
    """The files, but for the inputs, in which a text stands, in bytes."""
    return sorted(
        str(path.relative_to(company.home))
        for path in company.home.rglob("*")
        if path.is_file() and "raw" not in path.relative_to(company.home).parts and text.encode() in path.read_bytes()
    )


def cells(file):
    """Every table of a DuckDB file, cell by cell, views left out."""
    with duckdb.connect(str(file), read_only=True) as connection:
        tables = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        return {
            f"{schema}.{table}": sorted(map(repr, connection.execute(f"from {schema}.{table}").fetchall()))
            for schema, table in tables
        }


def test_a_customer_is_forgotten_everywhere(company, tmp_path):
    shutil.copytree(company.home, tmp_path / "before")
    before = Company(tmp_path / "before", company.as_of)
    assert len(files_with(before, NAME)) > 3
    file = company.settings.published / "customer_value.duckdb"
    (hashed,) = company.rows("select email_hash from marts.customers where customer_id = 'c7'")[0]
    finished = company.cli("forget", "c7")
    assert finished.returncode == 0, finished.stdout + finished.stderr
    for text in (NAME, EMAIL, hashed):
        assert files_with(company, text) == [], text
    assert company.rows("select customer_name, email_hash from marts.customers where customer_id = 'c7'") == [
        (None, None)
    ]
    previous = [f"published/previous/{path.name}" for path in (company.settings.published / "previous").iterdir()]
    for each in ["warehouse.duckdb", "published/customer_value.duckdb", *previous]:
        one, other = cells(before.home / each), cells(company.home / each)
        assert one.keys() == other.keys()
        for table in one:
            changed = [new for new, old in zip(other[table], one[table], strict=True) if new != old]
            assert all("'c7'" in row for row in set(other[table]) - set(one[table])), table
            assert "email" in table or "customers" in table or "nps" in table or not changed, table
    with duckdb.connect() as connection:
        connection.execute(f"attach '{file}' as p (read_only)")
        assert connection.execute(
            "select count(*) from duckdb_tables() where coalesce(comment, '') = ''"
        ).fetchone() == (0,)
        (tags,) = connection.execute("select tags from duckdb_databases() where database_name = 'p'").fetchone()
    assert tags["storage_version"].startswith("v1.0.0")
    again = company.cli("run")
    assert again.returncode == 0, again.stdout[-3000:]
    assert files_with(company, NAME) == []
    assert company.rows("select customer_name, email_hash from marts.customers where customer_id = 'c7'") == [
        (None, None)
    ]
    assert company.rows("select count(*) from marts.customers where customer_name is not null")[0][0] > 100


def test_nobody_is_refused(company):
    refused = company.cli("forget", "nobody")
    assert refused.returncode == 2 and "nobody: found no such customer" in refused.stderr
