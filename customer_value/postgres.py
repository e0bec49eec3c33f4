"""Postgres as the server that is built in: what the command line does there beside dbt.

The files of the inputs are checked in DuckDB as for every target, and copied into the schema <prefix>_raw. dbt builds on the server.
What check, publish and the summary read of a build, its marts first of all, is then mirrored in the DuckDB file that is the
warehouse on that target: they are one piece of code for every target, and so is the published file, which the report reads.
Readers on the server have the same marts in the schema <prefix>_published, which is switched in one transaction.

Where the server is say the variables of libpq (PGHOST and so on); CUSTOMER_VALUE_SCHEMA is the prefix of every schema.
"""

import os
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from customer_value.errors import BuildError, InputError
from customer_value.files import literal, quoted
from customer_value.publish import comment_on
from customer_value.server import MIRRORED, column_types, first_line, mart_types, models_of, require_packages
from customer_value.terminal import say

TYPES = {
    "VARCHAR": "text",
    "TIMESTAMP": "timestamp",
    "DATE": "date",
    "DOUBLE": "double precision",
    "BOOLEAN": "boolean",
    "BIGINT": "bigint",
    "INTEGER": "integer",
}
DUCKDB_TYPES = {
    "text": "VARCHAR",
    "character varying": "VARCHAR",
    "timestamp without time zone": "TIMESTAMP",
    "double precision": "DOUBLE",
}
# Where a setting of the session matters, each connection has it, dbt's too: days are UTC's, floats are exact, and a query ends soon
# after the process that asked for it.
# Compiling a query takes longer than most of the models.
SESSION = "-c TimeZone=UTC -c extra_float_digits=1 -c jit=off -c client_connection_check_interval=2000"
# How CSV is written on one side and read on the other: a null is nothing, an empty text two quotation marks.
CSV = "format csv, force_quote *"
# The schemas that dbt builds, and those that readers and the switch have.
LAYERS = ("raw", "staging", "connectors", "intermediate", "definitions", "history", "marts", "semantic")
PUBLISHED, NEXT, PREVIOUS = "published", "published_next", "published_previous"
# How often readers are waited for before they are switched, a second apart.
LOCK_ATTEMPTS = 20


@dataclass(frozen=True)
class Postgres:
    """A database and the prefix of the schemas in it."""

    prefix: str
    settings: object

    @classmethod
    def of(cls, settings):
        """The server of a run. Raises InputError where the driver is not installed."""
        require_packages("postgres", "its driver", "dbt.adapters.postgres", "psycopg2")
        return cls(settings.schema, settings)

    def name(self, layer):
        """A layer's schema, quoted."""
        return quoted(f"{self.prefix}_{layer}")

    @property
    def schemas(self):
        """Every schema of the prefix: another prefix may begin with this one."""
        return [f"{self.prefix}_{layer}" for layer in (*LAYERS, PUBLISHED, NEXT, PREVIOUS)]

    def connect(self, command="customer-value"):
        """A connection, in a transaction from its first statement. Raises InputError where none can be had."""
        import psycopg2

        place = {
            "host": os.environ.get("PGHOST") or "localhost",
            "port": os.environ.get("PGPORT") or "5432",
            "user": os.environ.get("PGUSER") or os.environ.get("USER") or "postgres",
            "dbname": os.environ.get("PGDATABASE") or "customer_value",
        }
        try:
            return psycopg2.connect(**place, application_name=command, options=session_options())
        except psycopg2.OperationalError as error:
            reason = " ".join(str(error).split())
            raise InputError(
                f"target postgres: no connection to {place['user']}@{place['host']}:{place['port']}/{place['dbname']} "
                f"({reason}). Set PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE, or start the server."
            ) from None

    @contextmanager
    def transaction(self, command="customer-value"):
        """A cursor in one transaction: all of it, or nothing."""
        connection = self.connect(command)
        try:
            with connection, connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()

    def rows(self, query):
        """The rows of a query as dictionaries; none where it reads what is not there."""
        import psycopg2

        try:
            with self.transaction() as cursor:
                cursor.execute(query)
                names = [column.name for column in cursor.description]
                return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        except psycopg2.errors.SyntaxErrorOrAccessRuleViolation:
            return []

    def require(self):
        """Raise InputError with a line for each thing that the database lacks."""
        with self.transaction() as cursor:
            cursor.execute(
                "select current_database(), current_user, current_setting('server_version_num')::int, "
                "current_setting('server_encoding'), 'a' < 'B', has_database_privilege(current_database(), 'create'), "
                "(select count(*) from pg_namespace where nspname = any(%s) and not pg_has_role(nspowner, 'usage'))",
                [self.schemas],
            )
            database, user, version, encoding, is_by_language, may_create, foreign_count = cursor.fetchone()
        problems = []
        if version < 140000:
            problems.append(f"found version {version // 10000}, expected 14 or newer (15 is what it is proven on).")
        if encoding != "UTF8" or is_by_language:
            problems.append(
                f"database {database}: found texts in {encoding}, ordered {'by a language' if is_by_language else 'by bytes'}, "
                "expected UTF8 in the order of bytes, as on every target. Make another database: create database "
                f"customer_value template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C.UTF-8'; and name it by PGDATABASE."
            )
        if not may_create:
            problems.append(
                f"role {user} may not create schemas in database {database}. "
                f"Allow it: grant create on database {quoted(database)} to {quoted(user)};"
            )
        if foreign_count:
            problems.append(
                f"{foreign_count} schemas {self.prefix}_... belong to another role than {user}. Run as that role, or take "
                "another prefix: CUSTOMER_VALUE_SCHEMA."
            )
        if problems:
            raise InputError("\n".join(f"target postgres: {problem}" for problem in problems))

    @contextmanager
    def lock(self, command, wait_seconds, busy):
        """Hold the prefix's lock on the server for as long as this process lives; `busy` makes the error of who holds it."""
        connection = self.connect(f"customer-value {command}")
        try:
            connection.autocommit = True
            deadline = time.monotonic() + wait_seconds
            with connection.cursor() as cursor:
                while True:
                    cursor.execute(
                        "select pg_try_advisory_lock(hashtext('customer_value'), hashtext(%s))", [self.prefix]
                    )
                    if cursor.fetchone()[0]:
                        break
                    if time.monotonic() >= deadline:
                        raise busy(f"{self.prefix}_... on the server", self.holder(cursor)) from None
                    time.sleep(min(1, max(0.05, deadline - time.monotonic())))
            yield
        finally:
            connection.close()

    def holder(self, cursor):
        """Who holds the prefix's lock, in words."""
        cursor.execute(
            "select format('%%s of %%s (since %%s)', application_name, coalesce(client_addr::text, 'this machine'), "
            "date_trunc('second', backend_start)) from pg_locks join pg_stat_activity using (pid) "
            "where locktype = 'advisory' and granted and classid = (hashtext('customer_value')::bigint & 4294967295)::oid "
            "and objid = (hashtext(%s)::bigint & 4294967295)::oid",
            [self.prefix],
        )
        return (cursor.fetchone() or ["another process"])[0]

    def load(self):
        """Copy the inputs, views of schema raw of the warehouse, into <prefix>_raw in one transaction. Returns rows by input.

        Raises InputError where the server does not take them.
        """
        import psycopg2

        warehouse, counts = self.settings.warehouse, {}
        try:
            with (
                duckdb.connect(str(warehouse), read_only=True) as source,
                self.transaction("customer-value load") as cursor,
            ):
                source.execute("set TimeZone = 'UTC'")
                cursor.execute(f"create schema if not exists {self.name('raw')}")
                tables = source.execute(
                    "select view_name from duckdb_views() where schema_name = 'raw' and not internal order by 1"
                ).fetchall()
                for (table,) in tables:
                    view, target = f"raw.{quoted(table)}", f"{self.name('raw')}.{quoted(table)}"
                    columns = source.execute(f"describe {view}").fetchall()
                    types = ", ".join(f"{quoted(name)} {TYPES[kind]}" for name, kind, *_ in columns)
                    # Views of the models go with the table, and are made again by the build.
                    cursor.execute(f"drop table if exists {target} cascade; create table {target} ({types})")
                    copy_in(cursor, source, view, target, warehouse.parent)
                    counts[table] = cursor.rowcount
                    cursor.execute(f"analyze {target}")
        except psycopg2.Error as error:
            raise InputError(
                f"target postgres: the inputs were not copied to {self.prefix}_raw ({first_line(error)}): it is as it was before."
            ) from None
        return counts

    def mirror(self):
        """Mirror what the next steps read of the build in the warehouse, in one transaction.

        Raises BuildError where the server cannot be read.
        """
        import psycopg2

        warehouse = self.settings.warehouse
        types = mart_types(models_of(warehouse))
        try:
            with self.transaction("customer-value build") as cursor, duckdb.connect(str(warehouse)) as connection:
                # One moment for all of them.
                cursor.execute("set transaction isolation level repeatable read, read only")
                wanted = MIRRORED | {"marts": [table for table in self.relations(cursor, "marts") if table in types]}
                connection.begin()
                for layer, tables in wanted.items():
                    found = self.relations(cursor, layer)
                    connection.execute(f"drop schema if exists {quoted(layer)} cascade")
                    connection.execute(f"create schema {quoted(layer)}")
                    for table in tables:
                        if table in found:
                            self.mirror_table(cursor, connection, layer, table, types.get(table, {}))
                connection.commit()
        except (psycopg2.Error, duckdb.Error) as error:
            raise BuildError(
                f"target postgres: the build was not mirrored in {warehouse} ({first_line(error)})."
            ) from None

    def record(self, kind, values, keep):
        """Put values of a kind into the build metadata: in place of those that it holds, or beside them (`keep`)."""
        import psycopg2

        table = f"{self.name('history')}.build_metadata"
        try:
            with self.transaction() as cursor:
                cursor.execute("select to_regclass(%s) is not null", [table])
                if not cursor.fetchone()[0]:
                    return
                if not keep:
                    cursor.execute(f"delete from {table} where kind = %s", [kind])
                for value in values:
                    cursor.execute(
                        f"insert into {table} select %s, %s "
                        f"where not exists (select 1 from {table} where kind = %s and value = %s)",
                        [kind, value, kind, value],
                    )
        except psycopg2.Error as error:
            raise BuildError(f"target postgres: {table} cannot be written ({first_line(error)}).") from None

    def stage(self, file):
        """Write the marts of a publication, a DuckDB file, into the schema that is published next.

        Those of its build are copied on the server, those that it keeps of an earlier one out of the file. Raises BuildError where the
        server does not hold the same build.
        """
        import psycopg2

        try:
            with self.transaction("customer-value publish") as cursor, duckdb.connect() as connection:
                connection.execute(f"attach {literal(file)} as staged (read_only)")
                cursor.execute(f"drop schema if exists {self.name(NEXT)} cascade; create schema {self.name(NEXT)}")
                statuses = dict(
                    connection.execute("select mart_name, status from staged.main.publication_marts").fetchall()
                )
                (build_id,) = connection.execute("select build_id from staged.main.publication").fetchone()
                cursor.execute(f"select build_id from {self.name('staging')}.run_settings")
                if cursor.fetchone() != (build_id,):
                    raise BuildError(
                        f"target postgres: {self.prefix}_marts are not of the build that was checked: somebody has built since. "
                        "Run build and check again."
                    )
                for mart, status in statuses.items():
                    if status != "absent":
                        self.stage_table(cursor, connection, "marts", mart, is_built=status == "published")
                for table in ("publication", "publication_marts"):
                    self.stage_table(cursor, connection, "main", table, is_built=False)
                self.grant(cursor)
        except psycopg2.Error as error:
            raise BuildError(
                f"target postgres: {self.prefix}_{NEXT} was not written ({first_line(error)}): what was published stays published."
            ) from None

    def stage_table(self, cursor, connection, schema, table, is_built):
        """Write one table of a publication into the schema that is published next, with its comments."""
        columns = column_types(connection, "staged", schema, table)
        source, target = f"staged.{schema}.{quoted(table)}", f"{self.name(NEXT)}.{quoted(table)}"
        types = ", ".join(f"{quoted(name)} {TYPES.get(kind, kind)}" for name, kind, _ in columns)
        cursor.execute(f"create table {target} ({types})")
        if is_built:
            # On the server itself: nothing goes back and forth.
            names = ", ".join(quoted(name) for name, *_ in columns)
            cursor.execute(f"insert into {target} select {names} from {self.name('marts')}.{quoted(table)}")
        else:
            copy_in(cursor, connection, source, target, self.settings.warehouse.parent)
        (row_count,) = connection.execute(f"select count(*) from {source}").fetchone()
        if cursor.rowcount != row_count:
            raise BuildError(
                f"target postgres: {table}: found {cursor.rowcount:,} rows on the server, {row_count:,} in the file that was checked: "
                "somebody has built since. Run build and check again."
            )
        (comment,) = connection.execute(
            "select comment from duckdb_tables() where database_name = 'staged' and schema_name = ? and table_name = ?",
            [schema, table],
        ).fetchone()
        cursor.execute(f"comment on table {target} is %s", [comment])
        for name, _, text in columns:
            cursor.execute(f"comment on column {target}.{quoted(name)} is %s", [text])
        cursor.execute(f"analyze {target}")

    def grant(self, cursor):
        """Give the next publication the grants of the present one, and the readers theirs.

        A role that may read every table of the present one may read every table of the next, too.
        """
        names = {"now": f"{self.prefix}_{PUBLISHED}", "next": f"{self.prefix}_{NEXT}"}
        cursor.execute(
            "with tables as (select relname, relacl, relowner from pg_class where relkind = 'r' "
            "and relnamespace = (select oid from pg_namespace where nspname = %(now)s)), "
            "given as (select relname, relowner, (aclexplode(relacl)).* from tables), "
            "staged as (select relname from pg_class where relkind = 'r' "
            "and relnamespace = (select oid from pg_namespace where nspname = %(next)s)), "
            "of_all as (select grantee from given where privilege_type = 'SELECT' and grantee <> relowner group by grantee "
            "having count(*) = (select count(*) from tables)), "
            "wanted as (select format('table %%I.%%I', %(next)s, relname) as place, grantee, privilege_type from given "
            "join staged using (relname) where grantee <> relowner "
            "union select format('table %%I.%%I', %(next)s, relname), grantee, 'SELECT' from staged cross join of_all "
            "union select format('schema %%I', %(next)s), (aclexplode(nspacl)).grantee, (aclexplode(nspacl)).privilege_type "
            "from pg_namespace where nspname = %(now)s) "
            "select format('grant %%s on %%s to %%s', privilege_type, place, "
            "case when grantee = 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end) from wanted order by 1",
            names,
        )
        grants = [statement for (statement,) in cursor.fetchall()]
        for role in filter(None, (each.strip() for each in self.settings.readers.split(","))):
            grants.append(f"grant usage on schema {self.name(NEXT)} to {quoted(role)}")
            grants.append(f"grant select on all tables in schema {self.name(NEXT)} to {quoted(role)}")
        for statement in grants:
            cursor.execute(statement)

    def switch(self):
        """Make the schema that was staged the published one, in one transaction; the one before is kept under another name."""
        import psycopg2

        now, next_one, before = (f"{self.prefix}_{each}" for each in (PUBLISHED, NEXT, PREVIOUS))
        with self.transaction("customer-value publish") as cursor:
            if in_the_way := drop_schema(cursor, before):
                aside = f"{before}_{datetime.now(UTC):%Y%m%d%H%M%S}"
                cursor.execute(f"alter schema {quoted(before)} rename to {quoted(aside)}")
                say(
                    f"warning: {aside}: an earlier publication was kept, for something reads it: {in_the_way}. Drop it by hand."
                )
        # A statement that has looked up one table must not find the next one in the other publication: statements that have begun
        # end first, new ones wait. Where one goes on and on, the others are kept waiting for moments only.
        for attempt in range(LOCK_ATTEMPTS + 1):
            try:
                with self.transaction("customer-value publish") as cursor:
                    cursor.execute(
                        "select string_agg(format('%%I.%%I', table_schema, table_name), ', ' order by table_name) "
                        "from information_schema.tables where table_schema = %s and table_type = 'BASE TABLE'",
                        [now],
                    )
                    (tables,) = cursor.fetchone()
                    if tables and attempt < LOCK_ATTEMPTS:
                        cursor.execute(
                            f"set local lock_timeout = '300ms'; lock table {tables} in access exclusive mode"
                        )
                    if tables:
                        cursor.execute(f"alter schema {quoted(now)} rename to {quoted(before)}")
                    cursor.execute(f"alter schema {quoted(next_one)} rename to {quoted(now)}")
                return
            except psycopg2.errors.LockNotAvailable:
                time.sleep(1)
            except psycopg2.Error as error:
                raise BuildError(
                    f"target postgres: the file is published, {now} is not ({first_line(error)}): the next run switches it."
                ) from None

    def settle(self, build_id):
        """Finish a switch that was cut off: what is staged is published where the file is, and gone otherwise. Returns the published build."""
        import psycopg2

        def published(cursor, schema):
            cursor.execute("select to_regclass(%s) is not null", [f"{self.name(schema)}.publication"])
            if cursor.fetchone()[0]:
                cursor.execute(f"select build_id from {self.name(schema)}.publication")
                return cursor.fetchone()[0]
            return None

        try:
            with self.transaction() as cursor:
                staged, on_server = published(cursor, NEXT), published(cursor, PUBLISHED)
        except psycopg2.Error as error:
            raise BuildError(
                f"target postgres: {self.prefix}_{PUBLISHED} cannot be read ({first_line(error)})."
            ) from None
        if staged and staged == build_id:
            self.switch()
            return build_id
        # On another machine there is no file.
        return build_id or on_server

    def forget(self, ids, personal):
        """Empty what is personal of some customers in every table, and write the tables again, for deleted rows stay in their files."""
        import psycopg2

        connection = self.connect("customer-value forget")
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(
                    "select table_schema, table_name, array_agg(column_name::text) from information_schema.columns "
                    "join information_schema.tables using (table_schema, table_name) "
                    "where table_type = 'BASE TABLE' and (table_schema = any(%s) or table_schema like %s) group by 1, 2",
                    [self.schemas, f"{self.prefix}_{PREVIOUS}_2%".replace("_", r"\_")],
                )
                for schema, table, columns in cursor.fetchall():
                    found = [column for column in personal if column in columns]
                    if "customer_id" in columns and found:
                        place = f"{quoted(schema)}.{quoted(table)}"
                        emptied = ", ".join(f"{column} = null" for column in found)
                        cursor.execute(f"update {place} set {emptied} where btrim(customer_id) = any(%s)", [list(ids)])
                        cursor.execute(f"vacuum full {place}")
        except psycopg2.Error as error:
            raise BuildError(
                f"target postgres: not forgotten everywhere ({first_line(error)}). Run forget again."
            ) from None
        finally:
            connection.close()

    def relations(self, cursor, layer):
        """The tables and views of a layer."""
        cursor.execute(
            "select table_name from information_schema.tables where table_schema = %s", [f"{self.prefix}_{layer}"]
        )
        return sorted(name for (name,) in cursor.fetchall())

    def mirror_table(self, cursor, connection, layer, table, types, schema=None):
        """Mirror one table or view, with its comments; `types`: those of its contract, which a view does not have."""
        source, target = f"{self.name(layer)}.{quoted(table)}", f"{quoted(schema or layer)}.{quoted(table)}"
        cursor.execute(
            "select attname, format_type(atttypid, atttypmod), col_description(attrelid, attnum) from pg_attribute "
            "where attrelid = %s::regclass and attnum > 0 and not attisdropped order by attnum",
            [source],
        )
        columns = cursor.fetchall()
        kinds = {name: types.get(name) or duckdb_type(kind) for name, kind, _ in columns}
        with tempfile.NamedTemporaryFile(dir=self.settings.warehouse.parent, suffix=".csv") as file:
            cursor.copy_expert(f"copy (select * from {source}) to stdout ({CSV})", file)
            file.flush()
            read_csv(connection, target, kinds, file.name)
        cursor.execute("select obj_description(%s::regclass)", [source])
        (comment,) = cursor.fetchone()
        comment_on(connection, target, comment, [(name, text) for name, _, text in columns if text])


def drop_schema(cursor, schema):
    """Drop a schema with its tables, none of anybody else's that read them. Returns what stands in the way, in a line; None where nothing does."""
    import psycopg2

    cursor.execute(
        "select string_agg(format('%%I.%%I', nspname, relname), ', ') from pg_class "
        "join pg_namespace on relnamespace = pg_namespace.oid where nspname = %s and relkind = 'r'",
        [schema],
    )
    (tables,) = cursor.fetchone()
    cursor.execute("savepoint before_drop")
    try:
        # A reader of an old table is not waited for.
        cursor.execute("set local lock_timeout = '2s'")
        if tables:
            cursor.execute(f"drop table {tables}")
        cursor.execute(f"drop schema if exists {quoted(schema)}")
    except psycopg2.Error as error:
        cursor.execute("rollback to savepoint before_drop")
        return first_line(error)
    return None


def session_options():
    """The options of a session: ours, then those that the variable PGOPTIONS gives."""
    given = os.environ.get("PGOPTIONS", "").replace(SESSION, "").strip()
    return f"{SESSION} {given}".strip()


@contextmanager
def received(source, view, folder):
    """The rows of a view or table of DuckDB as an open file of CSV."""
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".csv") as file:
        source.execute(f"copy (from {view}) to {literal(file.name)} ({CSV}, header false)")
        with open(file.name, "rb") as rows:
            yield rows


def copy_in(cursor, source, view, target, folder):
    """Copy the rows of a view or table of DuckDB into a table of the server; the cursor has their number."""
    with received(source, view, folder) as file:
        cursor.copy_expert(f"copy {target} from stdin (format csv)", file)


def read_csv(connection, table, kinds, file):
    """Make a table of DuckDB of a file of CSV, with columns of these types."""
    columns = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in kinds.items())
    connection.execute(
        f"create table {table} as from read_csv({literal(file)}, columns = {{{columns}}}, auto_detect = false, header = false, "
        "delim = ',', quote = '\"', escape = '\"', allow_quoted_nulls = false, parallel = false, max_line_size = 100000000)"
    )


def duckdb_type(kind):
    """A type of Postgres as DuckDB calls it. A number whose digits nobody limits has ten decimals."""
    if kind == "numeric":
        return "DECIMAL(38, 10)"
    return DUCKDB_TYPES.get(kind, kind)
