"""Spark as the target: the same marts as DuckDB, and what lies in its folder.

What needs Spark is left out of each push's other tests and run by `make test-spark`, in this machine's Java.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from conftest import Company
from deliveries import OnTarget, files_of, kill_runs, run_on_both
from postgres_server import free_port

from customer_value import server, spark
from customer_value.compare import OF_PUBLICATIONS, compare
from customer_value.errors import InputError
from customer_value.server import server_of
from customer_value.settings import PROJECT, Settings
from customer_value.spark import Spark, build_of, mirror_table, session_variables, spark_literal, view_of

needs_spark = pytest.mark.spark

# One unit of the last decimal of rates and amounts, where a float lies between two; what adds several such numbers is two off.
TOLERANCE = 0.00000002
# Over rows that stand in the query itself Spark cannot send a subquery to its tasks, and optimizes ten CTEs without end; over tables
# it does either, as every run shows.
OF_LITERALS = (
    "a_refund_takes_its_tax_back_in_its_month",
    "only_days_whose_rows_changed_are_rebuilt",
    "only_published_builds_close_and_open_months",
    "what_was_not_published_was_not_known",
)
KILLS = int(os.environ.get("CUSTOMER_VALUE_TEST_KILLS", "2"))


@pytest.fixture
def there(tmp_path, monkeypatch):
    """A company whose target is Spark, which is not asked for anything."""
    monkeypatch.setattr(server, "find_spec", lambda name: True)
    settings = Settings.of(tmp_path / "raw", tmp_path / "mirror" / "w.duckdb", tmp_path / "published", target="spark")
    settings.warehouse.parent.mkdir()
    return server_of(settings)


def test_what_is_missing_is_named(there, monkeypatch):
    monkeypatch.setattr(server, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pip install 'customer-value\[spark\]'"):
        Spark.of(there.settings)
    monkeypatch.setattr(spark.shutil, "which", lambda name: None)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(InputError, match=r"found no Java.*JAVA_HOME"):
        there.require()
    monkeypatch.setenv("SPARK_REMOTE", "sc://cluster:15002")
    there.require()


def test_dbt_is_led_to_the_folder_beside_the_mirror(there, monkeypatch):
    variables = there.settings.environment()
    assert variables["CUSTOMER_VALUE_TARGET"] == "spark" and variables["CUSTOMER_VALUE_SPARK"] == str(there.folder)
    monkeypatch.setenv("SPARK_CONF_DIR", "/etc/spark")
    assert "SPARK_CONF_DIR" not in session_variables(there.settings.warehouse)


def test_a_comment_is_a_text_that_the_catalog_takes():
    assert spark_literal("a customer's \\ share") == r"'a customer\'s \\ share'"
    assert len(spark_literal("x" * 1000)) < 256 and spark_literal("x" * 1000).endswith("…'")
    view = view_of("p.v", "/f.parquet", [("a", "VARCHAR", "its name"), ("b", "DECIMAL(28,8)", None)], None)
    assert view == (
        "create or replace view p.v (`a` comment 'its name', `b`) comment '' "
        "as select cast(`a` as string) as `a`, cast(`b` as DECIMAL(28,8)) as `b` from parquet.`/f.parquet`"
    )


def test_what_spark_writes_is_mirrored_in_its_types(tmp_path):
    """An instant of Spark is one of UTC, and comments are those of the model."""
    file = tmp_path / "part.parquet"
    node = {"description": "What it is.", "columns": {"seen_at": {"description": "When."}}}
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'; create schema marts")
        values = "timestamptz '2026-01-01 12:00:00+00' as seen_at, 1::integer as n, 'a' as name"
        connection.execute(f"copy (select {values}) to '{file}'")
        mirror_table(connection, "marts", "t", [str(file)], {"n": "bigint"}, node)
        found = connection.execute(
            "select column_name, data_type, comment from duckdb_columns() where table_name = 't'"
        )
        assert found.fetchall() == [("seen_at", "TIMESTAMP", "When."), ("n", "BIGINT", None), ("name", "VARCHAR", None)]
        assert str(connection.execute("select seen_at from marts.t").fetchone()[0]) == "2026-01-01 12:00:00"


def test_inputs_are_replaced_as_a_whole_with_what_the_mirror_has_recorded(there):
    with duckdb.connect(str(there.settings.warehouse)) as connection:
        connection.execute("create schema raw; create view raw.plans as select 1 as plan_id")
    assert there.load() == {"plans": 1}
    metadata = there.folder / "inputs" / "build_metadata.parquet"
    assert duckdb.execute(f"select count(*) from '{metadata}'").fetchone() == (0,)
    with duckdb.connect(str(there.settings.warehouse)) as connection:
        connection.execute(
            "create schema history; create table history.build_metadata as select 'k' as kind, 'v' as value"
        )
    there.load()
    assert duckdb.execute(f"from '{metadata}'").fetchall() == [("k", "v")]


def published(there, build_id, marts=("customers",)):
    """A publication as the file that is to be published, staged for Spark."""
    file = there.settings.warehouse.with_name(f"{build_id}.duckdb")
    file.unlink(missing_ok=True)
    with duckdb.connect(str(file)) as connection:
        connection.execute(f"create schema marts; create table main.publication as select '{build_id}' as build_id")
        for mart in marts:
            connection.execute(f"create table marts.{mart} as select 'c1' as customer_id, 'Ann' as customer_name")
    there.publications.mkdir(parents=True, exist_ok=True)
    there.stage(file)


def test_a_switch_that_was_cut_off_is_finished_and_one_publication_is_kept(there, monkeypatch):
    said = []

    class Session:
        def sql(self, statement):
            said.append(statement)
            return self

        def collect(self):
            return [type("Row", (), {"viewName": "gone"}), type("Row", (), {"viewName": "customers"})]

    monkeypatch.setattr(spark, "session", lambda warehouse: Session())
    monkeypatch.setitem(sys.modules, "pyspark.errors", type("errors", (), {"PySparkException": RuntimeError}))
    for build_id in ("one", "two"):
        published(there, build_id)
        there.switch()
    assert build_of(there.noted("current")) == "two" and there.settle("two") == "two"
    assert (
        "drop view customer_value_published.`gone`" in said
        and "drop view customer_value_published.`customers`" not in said
    )
    published(there, "three")
    said.clear()
    # The file of another publication is what readers have: nothing is switched.
    assert there.settle("two") == "two" and not said
    assert there.settle("three") == "three" and any("/three_" in each and "customers.parquet" in each for each in said)
    folders = [each.name for each in there.publications.iterdir() if each.is_dir()]
    assert sorted(map(build_of, folders)) == ["three", "two"]
    views = there.publications / there.noted("current") / "views.json"
    assert json.loads(views.read_text()).keys() == {"customers", "publication"}
    # The same build once more stands beside what readers have.
    published(there, "three")
    assert len(list(there.publications.glob("three_*"))) == 2


def test_a_person_is_forgotten_in_every_file(there):
    published(there, "one")
    (file,) = there.publications.rglob("customers.parquet")
    (checksum := file.with_name(".customers.parquet.crc")).touch()
    there.forget(["c2"], ["customer_name", "email"])
    assert duckdb.execute(f"select customer_name from '{file}'").fetchone() == ("Ann",)
    there.forget(["c1"], ["customer_name", "email"])
    assert duckdb.execute(f"from '{file}'").fetchone() == ("c1", None) and not checksum.exists()


@dataclass(frozen=True)
class OnSpark(OnTarget):
    """A company whose target is Spark."""

    target: str = "spark"

    def ask(self, *queries):
        """The rows of queries of Spark, in a process of its own: one at a time has the catalog."""
        code = (
            "import json, sys; from pathlib import Path; from customer_value.spark import session\n"
            "spark = session(Path(sys.argv[1]))\n"
            "print(json.dumps([[list(row) for row in spark.sql(each).collect()] for each in sys.argv[2:]], default=str))"
        )
        command = [sys.executable, "-c", code, str(self.settings.warehouse), *queries]
        finished = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
        assert finished.returncode == 0, finished.stderr[-3000:]
        return json.loads(finished.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def twins(demo, tmp_path_factory):
    """The demonstration company in two runs, the second a day later, on DuckDB and on Spark."""
    home = tmp_path_factory.mktemp("twins")
    here, there = Company(home / "duckdb", ""), OnSpark(home / "spark", "")
    return run_on_both(demo, here, there)


@needs_spark
def test_every_mart_is_that_of_duckdb_after_two_runs(twins):
    compare(*files_of(*twins), tolerance=TOLERANCE)


@needs_spark
def test_months_that_changed_are_built_and_no_others(twins):
    _, there = twins
    counts, months = there.ask(
        "select count(distinct build_number) from test_intermediate.int_usage_days",
        "select count(*) from (select replaced_month from test_intermediate.int_usage_days group by 1 "
        "having count(distinct build_number) > 1)",
    )
    assert counts == [[2]] and months == [[0]]


@needs_spark
def test_readers_of_spark_see_what_the_file_holds(twins):
    _, there = twins
    held = there.rows("select mart_name, row_count from main.publication_marts where status = 'published' order by 1")
    found = there.ask(
        "select build_id from test_published.publication",
        "select round(sum(closing_mrr_amount), 2) from test_published.mrr_monthly",
        *(f"select count(*) from test_published.{mart}" for mart, _ in held),
    )
    assert found[0] == [list(row) for row in there.rows("select build_id from main.publication")]
    assert found[1] == [[str(there.rows("select round(sum(closing_mrr_amount), 2) from marts.mrr_monthly")[0][0])]]
    assert [count for ((count,),) in found[2:]] == [count for _, count in held]


@needs_spark
@pytest.mark.parametrize("name", ["golden", "random_company"])
def test_other_companies_have_the_same_marts(name, request, tmp_path):
    """Dirty and of many currencies; and with the log, customers and plans alone."""
    company = request.getfixturevalue(name)
    there = OnSpark(tmp_path, company.as_of)
    there.settings.raw.symlink_to(company.settings.raw)
    there.run()
    compare(*files_of(company, there), tolerance=TOLERANCE)


@needs_spark
def test_every_unit_test_passes(twins):
    _, there = twins
    finished = there.dbt("--quiet", "test", "--select", "test_type:unit", "--exclude", *OF_LITERALS, "--threads", "4")
    assert finished.returncode == 0, finished.stdout[-6000:]


@pytest.fixture
def cluster(tmp_path):
    """A Spark that serves others by Connect, with a catalog and a folder of its own: its URL."""
    import pyspark

    home = Path(pyspark.__file__).parent
    port = free_port()
    options = {
        "spark.connect.grpc.binding.port": port,
        "spark.driver.memory": "4g",
        "spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:;databaseName={tmp_path}/metastore;create=true",
        "spark.sql.catalogImplementation": "hive",
        "spark.sql.legacy.allowNonEmptyLocationInCTAS": "true",
        "spark.sql.warehouse.dir": tmp_path / "tables",
        "spark.ui.enabled": "false",
    }
    command = [home / "bin" / "spark-submit", "--class", "org.apache.spark.sql.connect.service.SparkConnectServer"]
    command += [each for name, value in options.items() for each in ("--conf", f"{name}={value}")]
    process = subprocess.Popen(
        [*map(str, command), "spark-internal"],
        env=os.environ | {"SPARK_HOME": str(home)},
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    for _ in range(60):
        time.sleep(1)
        with socket.socket() as asking:
            if asking.connect_ex(("127.0.0.1", port)) == 0:
                break
    yield f"sc://127.0.0.1:{port}"
    os.killpg(process.pid, signal.SIGTERM)
    process.wait()


@needs_spark
def test_a_cluster_is_a_url(golden, cluster, tmp_path, monkeypatch):
    """Its tables lie where it keeps them, and are read by it alone."""
    monkeypatch.setenv("SPARK_REMOTE", cluster)
    there = OnSpark(tmp_path / "here", golden.as_of)
    there.home.mkdir()
    there.settings.raw.symlink_to(golden.settings.raw)
    there.run()
    compare(*files_of(golden, there), tolerance=TOLERANCE)
    assert not list((there.settings.warehouse.parent / "spark").glob("tables"))


@needs_spark
def test_a_model_checks_its_key(twins):
    """A run leaves the tests of keys and rules to the models; the runs of the next test build again what is broken here."""
    _, there = twins
    there.ask(
        "insert into test_intermediate.int_nps_responses select * from test_intermediate.int_nps_responses limit 1"
    )
    selection = ["--select", "nps_responses", "--exclude-resource-type", "test", "unit_test"]
    finished = there.dbt("build", *selection, CUSTOMER_VALUE_PUBLISHES="1")
    assert finished.returncode == 1 and "One row per response_id does not hold" in finished.stdout


@needs_spark
def test_a_run_that_is_killed_leaves_what_was_published_and_the_next_one_converges(twins):
    here, there = twins

    def published():
        return there.rows("select build_id from main.publication")

    before = kill_runs(there, KILLS, published)
    there.run()
    assert published() != before
    # It has more publications behind it, and says what has changed since the last one.
    compare(*files_of(here, there), left_out=OF_PUBLICATIONS, tolerance=TOLERANCE)


@needs_spark
def test_a_person_is_forgotten_on_spark_and_its_tables_can_be_read(twins):
    _, there = twins
    ((customer_id,),) = there.rows("select min(customer_id) from marts.customers where customer_name is not null")
    finished = there.cli("forget", customer_id)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    queries = [
        f"select count(*), count(customer_name) from test_{table} where customer_id = '{customer_id}'"
        for table in ("raw.customers", "staging.stg_customers", "marts.customers", "published.customers")
    ]
    assert there.ask(*queries) == [[[1, 0]]] * len(queries)
