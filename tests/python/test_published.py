"""What readers get: the published file."""

import os
import re
import shutil
from dataclasses import replace

import duckdb
import sqlalchemy
import yaml
from conftest import MARTS, Company
from test_nightly import copied

from customer_value.cli import main
from customer_value.dirt import BAD_ROWS
from customer_value.publish import publish
from customer_value.settings import PROJECT
from customer_value.summary import lines_of


def test_older_drivers_can_open_the_file(demo):
    file = demo.settings.published / "customer_value.duckdb"
    with duckdb.connect() as connection:
        connection.execute(f"attach '{file}' as published (read_only)")
        (tags,) = connection.execute("select tags from duckdb_databases() where database_name = 'published'").fetchone()
    assert tags["storage_version"].startswith("v1.0.0")
    assert sorted(path.name for path in demo.settings.published.iterdir()) == ["customer_value.duckdb", "publications"]


def test_every_column_is_described(demo):
    assert (
        demo.rows(
            "select table_name, column_name from duckdb_columns() where schema_name = 'marts' and coalesce(comment, '') = ''"
        )
        == []
    )
    assert demo.rows("select table_name from duckdb_tables() where coalesce(comment, '') = ''") == []
    assert len(demo.marts()) == 65


def test_marts_that_are_views_are_published_whatever_the_warehouse_is_called(demo, tmp_path):
    company = copied(demo, tmp_path / "home")
    warehouse = company.settings.warehouse.rename(company.home / "published.duckdb")
    with duckdb.connect(str(warehouse)) as connection:
        views = connection.execute("select view_name, sql from duckdb_views() where schema_name = 'marts'").fetchall()
        assert {name for name, _ in views} >= {"customer_months", "mrr_movements"}
        for name, sql in views:
            # As dbt would have written it into a file of that name.
            renamed = re.sub(r'"?\bwarehouse\b"?\.', "published.", sql)
            connection.execute(f"drop view marts.{name}; {renamed}")
    publish(replace(company.settings, warehouse=warehouse))
    assert company.marts() == demo.marts()


def test_every_kind_of_bad_row_is_rejected(demo):
    found = set(demo.rows("select distinct input_name, reject_reason from marts.rejected_rows"))
    assert found == {(name, reason) for name, reasons in BAD_ROWS.items() for reason in reasons}


def test_every_row_is_accounted_for(demo):
    rows = demo.rows(
        "select input_name, raw_row_count, staged_row_count, superseded_row_count, conflict_count, rejected_row_count, "
        "newest_loaded_at from marts.input_reconciliation"
    )
    assert len(rows) == 17
    for name, raw, staged, superseded, conflicts, rejected, newest in rows:
        assert newest is not None
        # Repeated and corrected rows come with a load of their own; usage is not compared.
        assert conflicts == (None if name == "usage_events" else 0), name
        assert raw == staged + superseded + rejected and staged > 0 and rejected >= len(BAD_ROWS[name]), name
        assert superseded > 0 or raw < 200, name


def test_conflicts_are_named_in_the_summary():
    counts = {"raw_row_count": 9, "staged_row_count": 7, "superseded_row_count": 2, "rejected_row_count": 0}
    summary = {
        "outcome": "published",
        "as_of_date": "2026-01-01",
        "seconds": {},
        "error": None,
        "failures": [],
        "mrr_amount": None,
        "health_fall_count": None,
        "inputs": [
            {"input_name": "subscription_changes", "conflict_count": 2} | counts,
            {"input_name": "customers", "conflict_count": 0} | counts,
            {"input_name": "usage_events", "conflict_count": None} | counts,
            {"input_name": "of_an_earlier_version"} | counts,
        ],
        "rejected": [],
        "anomalies": [],
        "published": "customer_value.duckdb",
    }
    (line,) = [line for line in lines_of(summary) if "conflict" in line]
    assert line.startswith("conflict: subscription_changes: 2 keys have rows of one load that differ")


def test_money_at_stake_is_named(demo):
    (row,) = demo.rows(
        "select amount_at_stake > 0, row_text like '%unit_amount=%' from marts.rejected_rows "
        "where input_name = 'subscription_changes' and reject_reason = 'unknown_currency'"
    )
    assert row == (True, True)


def test_no_address_is_published(demo):
    for table, rows in demo.marts().items():
        assert "@company" not in repr(rows), table
    assert "billing@" not in (demo.settings.published / "customer_value.duckdb").read_bytes().decode("latin-1")


def test_a_failed_run_leaves_what_is_published(demo, tmp_path):
    shutil.copytree(demo.home, tmp_path / "home")
    company = Company(tmp_path / "home", "")
    before = (company.settings.published / "customer_value.duckdb").read_bytes()
    # A loader that renames the statuses: each row would be rejected, and the company would seem to be empty.
    changes = company.settings.raw / "subscription_changes.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"create table changes as from '{changes}'")
        connection.execute("update changes set status = 'state ' || status")
        connection.execute(f"copy changes to '{changes}' (format parquet)")
    finished = company.cli("run")
    assert finished.returncode == 1
    assert "critical: raw.subscription_changes" in finished.stdout
    assert "what was published stays published" in finished.stderr
    assert (company.settings.published / "customer_value.duckdb").read_bytes() == before
    assert "fails" in (company.settings.warehouse.parent / "quality.html").read_text()


def test_readers_keep_the_file_they_opened(demo, tmp_path):
    shutil.copytree(demo.home, tmp_path / "home")
    company = Company(tmp_path / "home", "")
    file = company.settings.published / "customer_value.duckdb"
    inode = os.stat(file).st_ino
    with open(file, "rb") as reader:
        publish(company.settings)
        assert os.stat(file).st_ino != inode
        assert os.fstat(reader.fileno()).st_ino == inode


def test_publishing_needs_marts(tmp_path, capsys):
    arguments = ["--warehouse", str(tmp_path / "w.duckdb"), "--published", str(tmp_path / "p")]
    assert main(["publish", *arguments]) == 1
    assert "Run load and build first" in capsys.readouterr().err


def test_no_telemetry(demo):
    import customer_value.check

    assert customer_value.check and os.environ["GX_ANALYTICS_ENABLED"] == "false"
    assert demo.settings.environment()["DBT_SEND_ANONYMOUS_USAGE_STATS"] == "false"


def test_parquet_files_hold_the_same(demo, tmp_path, monkeypatch):
    """One file per mart, a file that says what columns mean, and a link that is switched in one step."""
    company = copied(demo, tmp_path / "home")
    monkeypatch.setenv("CUSTOMER_VALUE_KEEP_PUBLICATIONS", "1")
    for _ in range(3):
        published = company.cli("publish", "--parquet")
        assert published.returncode == 0, published.stderr
    folder = company.settings.published / "parquet"
    assert (folder / "current").is_symlink() and len(list(folder.iterdir())) == 3
    with duckdb.connect() as connection:
        for mart, rows in company.marts().items():
            found = connection.execute(f"from '{folder}/current/{mart}.parquet'").fetchall()
            assert sorted(found, key=repr) == rows, mart
        described = connection.execute(
            f"select count(*) from '{folder}/current/columns.parquet' where description is null or description = ''"
        ).fetchone()
    assert described == (0,)


def test_bi_tools_see_tables_and_descriptions(demo):
    """What Superset and others see: SQLAlchemy's inspector on a read-only connection."""
    file = demo.settings.published / "customer_value.duckdb"
    marts = demo.marts()
    engine = sqlalchemy.create_engine(f"duckdb:///{file}?access_mode=read_only", poolclass=sqlalchemy.pool.NullPool)
    inspector = sqlalchemy.inspect(engine)
    tables = inspector.get_table_names(schema="marts")
    assert set(tables) == marts.keys()
    for table in tables:
        assert inspector.get_table_comment(table, schema="marts")["text"], table
    # Columns by a query: duckdb-engine 0.17 cannot reflect them under SQLAlchemy 2.1, which asks for collations.
    with engine.connect() as connection:
        found = connection.execute(sqlalchemy.text("select * from marts.customers"))
        assert "ltv_amount" in found.keys() and len(found.all()) == len(marts["customers"])  # noqa: SIM118
    engine.dispose()


def test_every_worked_question_has_an_answer(demo, tmp_path):
    """Each query of analyses/ runs on what was built, and returns rows."""
    company = copied(demo, tmp_path / "home")
    finished = company.dbt("compile", "--select", "resource_type:analysis")
    assert finished.returncode == 0, finished.stdout
    questions = {path.stem for path in (PROJECT / "analyses").glob("*.sql")}
    with duckdb.connect(str(company.settings.warehouse), read_only=True) as warehouse:
        answered = {
            path.stem
            for path in company.home.glob("target/compiled/*/analyses/*.sql")
            if warehouse.execute(path.read_text()).fetchone()
        }
    assert answered == questions


def test_the_entity_diagram_is_true(demo):
    """Every mart stands in docs/entities.md with the columns that name its rows, as its key test has them."""
    text = (PROJECT / "docs" / "entities.md").read_text()
    drawn = {
        name: re.findall(r"(\w+) PK", body)
        for name, body in re.findall(r"^    (\w+) \{\n(.*?)^    \}", text, re.M | re.S)
    }
    keys = {}
    for path in (PROJECT / "models" / "marts").glob("*/*.yml"):
        (model,) = yaml.safe_load(path.read_text())["models"]
        tests = [
            test["unique_combination_of_columns"]
            for test in model.get("data_tests", [])
            if "unique_combination_of_columns" in test
        ]
        keys[model["name"]] = tests[0]["arguments"]["combination_of_columns"] if tests else []
    # With a connector that states MRR alone; the demonstration company has none.
    connected = keys.keys() - MARTS
    assert drawn == keys and demo.marts().keys() == MARTS and connected == {"vendor_mrr"}
    for one, _, many, column in re.findall(r"^    (\w+) (\S+) (\w+) : \"(\w+)\"", text, re.M):
        strays = f"select count(*) from marts.{many} anti join marts.{one} using ({column}) where {column} is not null"
        assert demo.rows(strays) == [(0,)], (one, many)
