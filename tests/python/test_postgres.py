"""Postgres as the target: the same marts as DuckDB, published in one step, with rights, locks and messages of its own.

What needs a server is left out of each push's other tests and run by `make test-postgres`, which starts one itself.
"""

import itertools
import os
import threading
from dataclasses import dataclass, replace

import duckdb
import pytest
from conftest import MARTS, Company
from deliveries import OnTarget, files_of, kill_runs, run_on_both
from test_as_landed import BESIDE, generated

from customer_value import postgres, server
from customer_value.compare import OF_PUBLICATIONS, compare
from customer_value.errors import InputError
from customer_value.postgres import TYPES, Postgres, copy_in, duckdb_type, received, session_options
from customer_value.server import server_of
from customer_value.settings import Settings

needs_server = pytest.mark.postgres

# One unit of the last decimal of rates and amounts, where a float lies between two; an end of an interval adds two such numbers.
TOLERANCE = 0.00000002
# Unit tests with a value between two eighth decimals, 0.866953125: floats of the engines lie on either side of it.
TIES = ("annual_contracts_renew_yearly_and_tenure_counts",)
PARAMETERS = ("retention_parameters.alpha", "retention_parameters.beta")
# What loaders write beside the types of the contract; anything else is JSON.
LANDED_TYPES = {"TIMESTAMP WITH TIME ZONE": "timestamptz", "HUGEINT": "numeric", "SMALLINT": "integer"}
PUBLICATIONS = int(os.environ.get("CUSTOMER_VALUE_TEST_PUBLICATIONS", "20"))
READERS = int(os.environ.get("CUSTOMER_VALUE_TEST_READERS", "2"))
KILLS = int(os.environ.get("CUSTOMER_VALUE_TEST_KILLS", "2"))


def test_the_mirror_of_a_server_is_no_warehouse_of_duckdb(tmp_path):
    here, there = (Settings.of(company=tmp_path, target=target) for target in ("duckdb", "postgres"))
    assert here.warehouse.parent == there.warehouse.parent.parent and here.published == there.published
    assert server_of(here) is None and here.server_environment() == {}


@pytest.mark.parametrize("name", ["Marts", "a-b", "1a", "a" * 41, 'a"; drop table x'])
def test_a_prefix_is_a_plain_name(name):
    with pytest.raises(InputError, match="small letters"):
        Settings.of(schema=name)


def test_an_unknown_target_is_refused():
    with pytest.raises(InputError, match=r"duckdb.*postgres"):
        Settings.of(target="oracle")


def test_inputs_are_in_a_schema_of_a_server_alone():
    settings = Settings.of(raw="schema:billing", target="postgres")
    assert settings.vars["raw_schema"] == "billing" and "billing" in settings.dbt_vars[1]
    with pytest.raises(InputError, match="expected a server"):
        Settings.of(raw="schema:billing")
    with pytest.raises(InputError, match="letters, digits and underscores"):
        Settings.of(raw='schema:a"; drop', target="postgres")


def test_a_missing_driver_is_named(monkeypatch):
    monkeypatch.setattr(server, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pip install 'customer-value\[postgres\]'"):
        Postgres.of(Settings.of(target="postgres"))


def test_dbt_is_led_to_the_server_alone_where_it_is_the_target(monkeypatch):
    monkeypatch.setenv("PGOPTIONS", "-c work_mem=64MB")
    monkeypatch.setenv("CUSTOMER_VALUE_TARGET", "postgres")
    there = Settings.of(schema="dev").environment()
    assert there["CUSTOMER_VALUE_TARGET"] == "postgres" and there["CUSTOMER_VALUE_SCHEMA"] == "dev"
    assert there["PGOPTIONS"].endswith("-c work_mem=64MB") and "TimeZone=UTC" in there["PGOPTIONS"]
    monkeypatch.setenv("PGOPTIONS", there["PGOPTIONS"])
    assert session_options() == there["PGOPTIONS"]
    assert "CUSTOMER_VALUE_TARGET" not in Settings.of(target="duckdb").environment()


def test_values_go_out_as_csv_and_come_back(tmp_path):
    values = "1, null::varchar, '', 'a\"b', 'x\ny', true, timestamp '2026-01-01 00:00:00.123456', date '2026-01-02', 0.1::double, 'NaN'::double"
    with duckdb.connect() as connection:
        connection.execute(f"create table sent as select * from (values ({values})) as v")
        types = {name: kind for name, kind, *_ in connection.execute("describe sent").fetchall()}
        assert set(types.values()) <= TYPES.keys()
        with received(connection, "sent", tmp_path) as file:
            postgres.read_csv(connection, "returned", types, file.name)
        assert repr(connection.execute("from returned").fetchall()) == repr(connection.execute("from sent").fetchall())


def test_types_of_the_server_are_known():
    assert duckdb_type("numeric(28,8)") == "numeric(28,8)" and duckdb_type("numeric") == "DECIMAL(38, 10)"
    assert duckdb_type("timestamp without time zone") == "TIMESTAMP"


@pytest.fixture(scope="module")
def place():
    """The variables of a server that is started for these tests."""
    import postgres_server

    with postgres_server.server() as variables:
        before = {name: os.environ.get(name) for name in variables}
        os.environ.update(variables)
        yield variables
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


@dataclass(frozen=True)
class OnServer(OnTarget):
    """A company whose target is the server."""

    target: str = "postgres"

    @property
    def server(self):
        return Postgres.of(self.settings)

    def ask(self, query):
        """The rows of a query of the server, as lists."""
        return [list(row.values()) for row in self.server.rows(query)]

    def fetched(self):
        """What readers of the server see, as a file."""
        file = self.home / "fetched.duckdb"
        file.unlink(missing_ok=True)
        with duckdb.connect(str(file)) as connection, self.server.transaction() as cursor:
            connection.execute("create schema marts")
            for table in self.server.relations(cursor, "published"):
                if table not in ("publication", "publication_marts"):
                    self.server.mirror_table(cursor, connection, "published", table, {}, "marts")
        return file


@pytest.fixture(scope="module")
def twins(place, demo, tmp_path_factory):
    """The demonstration company in two runs, the second a day later, on DuckDB and on the server."""
    home = tmp_path_factory.mktemp("twins")
    here, there = Company(home / "duckdb", ""), OnServer(home / "postgres", "")
    return run_on_both(demo, here, there)


@needs_server
def test_every_mart_is_that_of_duckdb_after_two_runs(twins):
    compare(*files_of(*twins), tolerance=TOLERANCE)


@needs_server
def test_readers_of_the_server_see_what_the_file_holds(twins):
    _, there = twins
    compare(files_of(there)[0], there.fetched())
    counts = "select mart_name, row_count from {}.publication_marts order by 1"
    assert there.ask(counts.format("test_published")) == [list(row) for row in there.rows(counts.format("main"))]
    assert {mart for mart, _ in there.ask(counts.format("test_published"))} >= MARTS
    described = "select count(*) from pg_description join pg_class on objoid = oid where relnamespace = 'test_published'::regnamespace"
    assert there.ask(described)[0][0] > 1000


@needs_server
def test_the_publication_before_is_kept(twins):
    _, there = twins
    builds = "select build_id from test_published{}.publication"
    assert (
        there.ask(builds.format("_previous"))
        != there.ask(builds.format(""))
        == [list(row) for row in there.rows("select build_id from main.publication")]
    )


@needs_server
def test_a_model_checks_its_key(twins):
    """It fails, its rows stay, for what is wrong is read from them, and what they replaced is gone."""
    _, there = twins
    with there.server.transaction() as cursor:
        cursor.execute(
            "insert into test_intermediate.int_nps_responses select * from test_intermediate.int_nps_responses limit 1"
        )
    selection = ["--exclude-resource-type", "test", "unit_test", "--select", "nps_responses"]
    finished = there.dbt("build", *selection, CUSTOMER_VALUE_PUBLISHES="1")
    assert finished.returncode == 1 and "One row per response_id does not hold" in finished.stdout
    assert there.ask("select count(*) - count(distinct response_id) from test_marts.nps_responses") == [[1]]
    assert there.ask("select relname from pg_class where relname like '%dbt_backup%'") == []
    finished = there.dbt("build", *selection, "int_nps_responses", CUSTOMER_VALUE_PUBLISHES="1")
    assert finished.returncode == 0, finished.stdout[-3000:]


@needs_server
@pytest.mark.parametrize("name", ["golden", "random_company"])
def test_other_companies_have_the_same_marts(place, name, request, tmp_path):
    """Dirty and of many currencies; and with the log, customers and plans alone."""
    company = request.getfixturevalue(name)
    there = OnServer(tmp_path, company.as_of, schema=name)
    there.settings.raw.symlink_to(company.settings.raw)
    there.run()
    compare(*files_of(company, there), tolerance=TOLERANCE)


@needs_server
def test_inputs_in_the_shape_of_the_contract_are_read_where_they_are(twins, tmp_path):
    """With a loader's own column beside them: nothing is copied."""
    _, there = twins
    with there.server.transaction() as cursor:
        cursor.execute("create schema landing")
        for table in there.server.relations(cursor, "raw"):
            cursor.execute(f"create table landing.{table} as select *, now() as _loader_synced from test_raw.{table}")
    elsewhere = OnServer(tmp_path / "elsewhere", "", schema="elsewhere")
    finished = elsewhere.cli("run", "--raw", "schema:landing")
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert elsewhere.ask("select count(*) from pg_namespace where nspname = 'elsewhere_raw'") == [[0]]
    # Of one run nothing is restated.
    compare(*files_of(there, elsewhere), left_out=[*OF_PUBLICATIONS, "restatements"], tolerance=TOLERANCE)


def land(company, there):
    """The tables of vendors, as DuckDB has read their files, in the server's schemas of their names, which it returns; JSON as JSON."""
    with (
        duckdb.connect(str(company.settings.warehouse), read_only=True) as source,
        there.server.transaction() as cursor,
    ):
        source.execute("set TimeZone = 'UTC'")
        tables = source.execute(
            "select schema_name, view_name from duckdb_views() where schema_name = any(?) order by 1, 2",
            [[path.name for path in company.settings.raw.iterdir() if path.is_dir()]],
        ).fetchall()
        for schema in {schema for schema, _ in tables}:
            cursor.execute(f"drop schema if exists {schema} cascade; create schema {schema}")
        for schema, table in tables:
            columns = source.execute(f'describe {schema}."{table}"').fetchall()
            kinds = {name: TYPES.get(kind, LANDED_TYPES.get(kind, "jsonb")) for name, kind, *_ in columns}
            values = ", ".join(
                f'to_json("{name}") as "{name}"' if kind == "jsonb" else f'"{name}"' for name, kind in kinds.items()
            )
            defined = ", ".join(f'"{name}" {kind}' for name, kind in kinds.items())
            cursor.execute(f'create table {schema}."{table}" ({defined})')
            copy_in(cursor, source, f'(select {values} from {schema}."{table}")', f'{schema}."{table}"', there.home)
    return {schema for schema, _ in tables}


@needs_server
@pytest.mark.parametrize("billing", BESIDE)
def test_tables_of_vendors_are_read_where_they_are(place, billing, tmp_path, monkeypatch):
    """Billing, help desks, CRMs and trackers in their loaders' schemas, beside files for what has no connector."""
    company = generated(tmp_path / "duckdb", [billing, *BESIDE[billing].split()])
    company.run()
    there = OnServer(tmp_path / "postgres", "", schema=billing)
    there.settings.raw.mkdir(parents=True)
    vendors = land(company, there)
    assert vendors
    for path in company.settings.raw.iterdir():
        if path.name not in vendors:
            (there.settings.raw / path.name).symlink_to(path)
    monkeypatch.setenv("CUSTOMER_VALUE_VARS_FILE", str(company.settings.vars_file))
    there.run()
    # A forecast adds up what its parts are off by; parameters of a curve that hardly depends on them differ in their tenth digit.
    compare(*files_of(company, there), left_out=PARAMETERS, tolerance=2.5 * TOLERANCE)


@needs_server
def test_every_unit_test_passes(twins):
    _, there = twins
    finished = there.dbt("--quiet", "test", "--select", "test_type:unit", "--exclude", *TIES, "--threads", "2")
    assert finished.returncode == 0, finished.stdout[-6000:]


@needs_server
def test_grants_are_given_again(twins):
    _, there = twins
    with there.server.transaction() as cursor:
        cursor.execute("create role everything; create role one_mart; create role named")
        cursor.execute("grant usage on schema test_published to everything, one_mart")
        cursor.execute("grant select on all tables in schema test_published to everything")
        cursor.execute("grant select on test_published.customers to one_mart")
    finished = there.cli("publish", "--readers", "named")
    assert finished.returncode == 0, finished.stdout + finished.stderr
    may = "select has_table_privilege('{}', 'test_published.{}', 'select') and has_schema_privilege('{}', 'test_published', 'usage')"
    for role, mart, expected in [
        ("everything", "customers", True),
        ("everything", "mrr_monthly", True),
        ("one_mart", "customers", True),
        ("one_mart", "mrr_monthly", False),
        ("named", "mrr_monthly", True),
    ]:
        assert there.ask(may.format(role, mart, role)) == [[expected]], (role, mart)


@needs_server
def test_a_view_of_somebody_else_is_not_dropped(twins):
    _, there = twins
    with there.server.transaction() as cursor:
        cursor.execute("create schema theirs; create view theirs.v as select count(*) from test_published.customers")
    for _ in range(2):
        finished = there.cli("publish")
        assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "an earlier publication was kept" in finished.stdout
    assert there.ask("select count(*) from theirs.v") == [[1]]


@needs_server
def test_readers_see_no_mixture_of_publications(twins):
    """Each statement reads two tables, whose builds must be one."""
    _, there = twins
    over, seen, broken = threading.Event(), itertools.count(), []
    query = (
        "select publication.build_id, max(m.build_id), count(*) from test_published.publication "
        "cross join test_published.publication_marts as m cross join (select count(*) from test_published.customers) as c group by 1"
    )

    def read():
        connection = there.server.connect("reader")
        connection.autocommit = True
        while not over.is_set():
            try:
                with connection.cursor() as cursor:
                    cursor.execute(query)
                    rows = cursor.fetchall()
                    next(seen)
                    if len(rows) != 1 or rows[0][0] != rows[0][1]:
                        broken.append(rows)
            except Exception as error:
                broken.append(error)
        connection.close()

    readers = [threading.Thread(target=read) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    try:
        for number in range(PUBLICATIONS):
            staged = f"'build {number}'"
            with there.server.transaction() as cursor:
                cursor.execute("drop schema if exists test_published_next cascade; create schema test_published_next")
                for table in there.server.relations(cursor, "published"):
                    cursor.execute(f"create table test_published_next.{table} as select * from test_published.{table}")
                cursor.execute(f"update test_published_next.publication set build_id = {staged}")
                cursor.execute(f"update test_published_next.publication_marts set build_id = {staged}")
            there.server.switch()
    finally:
        over.set()
        for reader in readers:
            reader.join()
    assert broken == [] and next(seen) > PUBLICATIONS


@needs_server
def test_one_writer_at_a_time_wherever_it_is(twins, tmp_path):
    _, there = twins
    elsewhere = replace(there, home=tmp_path)
    elsewhere.settings.raw.symlink_to(there.settings.raw)
    with there.server.lock("build", 0, AssertionError):
        finished = elsewhere.cli("load")
    assert finished.returncode == 3 and "is in use by customer-value build" in finished.stderr, finished.stderr


@needs_server
def test_a_run_that_is_killed_leaves_what_was_published_and_the_next_one_converges(twins):
    here, there = twins

    def published():
        return there.ask("select build_id from test_published.publication")

    before = kill_runs(there, KILLS, published)
    there.run()
    assert published() != before
    # It has more publications behind it, and says what has changed since the last one.
    compare(*files_of(here, there), left_out=OF_PUBLICATIONS, tolerance=TOLERANCE)


@needs_server
def test_a_switch_that_was_cut_off_is_finished_by_the_next_command(twins, monkeypatch):
    _, there = twins
    monkeypatch.setattr(Postgres, "switch", lambda self: None)
    from customer_value.publish import note_publication, publish

    publish(there.settings)
    staged = "select to_regclass('test_published_next.publication') is not null"
    assert there.ask(staged) == [[True]]
    monkeypatch.undo()
    note_publication(there.settings)
    assert there.ask(staged) == [[False]]


@needs_server
def test_a_person_is_forgotten_on_the_server(twins):
    _, there = twins
    ((customer_id,),) = there.rows("select min(customer_id) from marts.customers where customer_name is not null")
    finished = there.cli("forget", customer_id)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    for table in ("raw.customers", "staging.stg_customers", "published.customers", "published_previous.customers"):
        query = f"select count(*) from test_{table} where customer_id = '{customer_id}' and customer_name is not null"
        assert there.ask(query) == [[0]], table


@needs_server
def test_what_a_database_lacks_is_said(place, demo, tmp_path, monkeypatch):
    there = OnServer(tmp_path, "", schema="lacking")
    connection = Postgres.of(there.settings).connect()
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("create database by_language template template0 locale_provider icu icu_locale 'en'")
        cursor.execute("create role stranger login")
    connection.close()
    monkeypatch.setenv("PGDATABASE", "by_language")
    with pytest.raises(InputError, match="ordered by a language"):
        there.server.require()
    monkeypatch.setenv("PGDATABASE", "customer_value")
    monkeypatch.setenv("PGUSER", "stranger")
    with pytest.raises(InputError, match="grant create on database"):
        there.server.require()
    monkeypatch.setenv("PGDATABASE", "nowhere")
    with pytest.raises(InputError, match=r'database "nowhere" does not exist.*PGHOST'):
        there.server.require()
