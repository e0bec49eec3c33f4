"""Spark as the server that is built in: what the command line does there beside dbt.

The files of the inputs are checked in DuckDB as for every target, and written as Parquet into a folder beside the warehouse, which dbt
reads by views (macros/portable/spark.sql). dbt builds tables of Parquet in the same folder. What check, publish and the summary read of
a build is then mirrored in the DuckDB file that is the warehouse on that target; the published file is the same as on every target.
Readers on Spark have the same marts as views in the database <prefix>_published, each over a file of that publication.

Spark runs in the process that asks for it, with a catalog that one process has at a time: dbt's first, then this one's.
"""

import json
import os
import shutil
import warnings
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import duckdb
import jinja2
import yaml

from customer_value.errors import BuildError, InputError
from customer_value.files import literal, quoted
from customer_value.publish import comment_on
from customer_value.server import MIRRORED, column_types, first_line, mart_types, models_of, require_packages
from customer_value.settings import PROJECT

TYPES = {"VARCHAR": "string", "INTEGER": "int"}
# What the catalog takes of a comment.
COMMENT_LENGTH = 250
# Spark says on the terminal what nobody can do anything about.
LOGGING = """rootLogger.level = error
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = %d{HH:mm:ss} %p %c{1}: %m%n
logger.metastore.name = org.apache.hadoop.hive.metastore.RetryingHMSHandler
logger.metastore.level = off
"""


def folder_of(warehouse):
    """Where Spark keeps its tables and its catalog: beside the mirror."""
    return warehouse.parent.resolve() / "spark"


def session_variables(warehouse):
    """The variables that lead a process's Spark to its folder, dbt's too."""
    folder = folder_of(warehouse)
    found = {"CUSTOMER_VALUE_SPARK": str(folder)}
    return found if os.environ.get("SPARK_CONF_DIR") else found | {"SPARK_CONF_DIR": str(folder / "conf")}


@cache
def session(warehouse):
    """This process's Spark, begun where it is first asked for; its settings are those of dbt's profile."""
    from pyspark.sql import SparkSession

    os.environ.update(session_variables(warehouse))
    environment = jinja2.Environment(autoescape=False)
    environment.filters["as_number"] = int
    template = environment.from_string((PROJECT / "profiles.yml").read_text())
    profile = yaml.safe_load(template.render(env_var=lambda name, default="": os.environ.get(name, default)))
    builder = SparkSession.builder.appName("customer-value").enableHiveSupport()
    for name, value in profile["customer_value"]["outputs"]["spark"]["server_side_parameters"].items():
        builder = builder.config(name, value)
    # What Java says as it begins, and Spark while it runs, goes beside its tables.
    kept = os.dup(2)
    with open(folder_of(warehouse) / "spark.log", "ab") as log:
        os.dup2(log.fileno(), 2)
    try:
        return builder.getOrCreate()
    finally:
        os.dup2(kept, 2)
        os.close(kept)


@dataclass(frozen=True)
class Spark:
    """A folder with tables of Spark, and the prefix of their databases."""

    prefix: str
    settings: object

    @classmethod
    def of(cls, settings):
        """The Spark of a run. Raises InputError where it is not installed."""
        # What other libraries look for, they find, and it warns of what is not used here.
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        require_packages("spark", "Spark", "dbt.adapters.spark", "pyspark")
        return cls(settings.schema, settings)

    @property
    def folder(self):
        return folder_of(self.settings.warehouse)

    @property
    def publications(self):
        """The folder with a folder of each publication, and the file `current` that names the one that readers see."""
        return self.folder / "published"

    def files(self, layer, table):
        """The files of a table that dbt has built."""
        place = self.folder / "tables" / f"{self.prefix}_{layer}.db" / table
        return sorted(str(file) for file in place.rglob("*.parquet"))

    def require(self):
        """Raise InputError where Java is missing; a cluster has its own."""
        home = os.environ.get("JAVA_HOME")
        is_there = shutil.which("java") or (home and Path(home, "bin", "java").exists())
        if not is_there and not os.environ.get("SPARK_REMOTE"):
            raise InputError(
                "target spark: found no Java, expected version 17 or newer. Install one, for example apt-get install "
                "openjdk-17-jre-headless, or name it by JAVA_HOME."
            )
        conf = self.folder / "conf"
        conf.mkdir(parents=True, exist_ok=True)
        (conf / "log4j2.properties").write_text(LOGGING)

    def lock(self, command, wait_seconds, busy):
        """The lock on the warehouse beside it is the one on the folder, too."""
        return nullcontext()

    def load(self):
        """Write the inputs, views of schema raw of the warehouse, as Parquet, all of them or none. Returns rows by input.

        What the last build has recorded goes with them. Raises InputError where they cannot be written.
        """
        inputs, unfinished, counts = self.folder / "inputs", self.folder / "inputs.tmp", {}
        try:
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir(parents=True)
            with duckdb.connect(str(self.settings.warehouse), read_only=True) as source:
                source.execute("set TimeZone = 'UTC'")
                tables = source.execute(
                    "select view_name from duckdb_views() where schema_name = 'raw' and not internal order by 1"
                ).fetchall()
                for (table,) in tables:
                    counts[table] = written(source, f"raw.{quoted(table)}", unfinished / f"{table}.parquet")
                written(source, self.metadata(source), unfinished / "build_metadata.parquet")
            shutil.rmtree(inputs, ignore_errors=True)
            unfinished.rename(inputs)
        except (OSError, duckdb.Error) as error:
            raise InputError(
                f"target spark: {inputs}: the inputs were not written ({first_line(error)}). See to the folder's rights and room."
            ) from None
        return counts

    def metadata(self, source):
        """What of DuckDB holds the build metadata: the mirror, else what Spark has of an earlier one, else nothing."""
        with suppress(duckdb.CatalogException):
            source.execute("from history.build_metadata limit 0")
            return "history.build_metadata"
        files = self.files("history", "build_metadata")
        listed = f"read_parquet([{', '.join(map(literal, files))}])"
        return listed if files else "(select '' as kind, '' as value where false)"

    def mirror(self):
        """Mirror what the next steps read of the build in the warehouse, in one transaction.

        Raises BuildError where it cannot be read.
        """
        warehouse = self.settings.warehouse
        try:
            models = models_of(warehouse)
        except (OSError, ValueError):
            return
        types = mart_types(models)
        views = [name for name in types if models[name]["config"]["materialized"] == "view"]
        try:
            with duckdb.connect(str(warehouse)) as connection:
                connection.execute("set TimeZone = 'UTC'")
                connection.begin()
                for layer, tables in (MIRRORED | {"marts": sorted(types)}).items():
                    connection.execute(f"drop schema if exists {quoted(layer)} cascade; create schema {quoted(layer)}")
                    for table in tables:
                        is_elsewhere = table in views or os.environ.get("SPARK_REMOTE")
                        files = self.shown_files(layer, table) if is_elsewhere else self.files(layer, table)
                        if files:
                            mirror_table(connection, layer, table, files, types.get(table, {}), models.get(table))
                connection.commit()
        except (OSError, duckdb.Error) as error:
            raise BuildError(
                f"target spark: the build was not mirrored in {warehouse} ({first_line(error)})."
            ) from None
        finally:
            shutil.rmtree(self.folder / "shown", ignore_errors=True)

    def shown_files(self, layer, relation):
        """What a view or a table of a cluster shows, as files; none where it is not there, or reads what is not there."""
        from pyspark.errors import PySparkException

        place = self.folder / "shown" / relation
        try:
            session(self.settings.warehouse).table(f"{self.prefix}_{layer}.{relation}").write.parquet(str(place))
        except PySparkException:
            return []
        return sorted(str(file) for file in place.glob("*.parquet"))

    def rows(self, query):
        """The rows of a query as dictionaries; none where it reads what is not there."""
        from pyspark.errors import PySparkException

        try:
            return [row.asDict() for row in session(self.settings.warehouse).sql(query).collect()]
        except PySparkException:
            return []

    def record(self, kind, values, keep):
        """The mirror holds the build metadata, and the next load hands them to dbt: nothing else is done here."""

    def stage(self, file):
        """Write the marts of a publication, a DuckDB file, into a folder of its own. Raises BuildError where it cannot be written."""
        with duckdb.connect() as connection:
            connection.execute(f"attach {literal(file)} as staged (read_only)")
            (build_id,) = connection.execute("select build_id from staged.main.publication").fetchone()
            # Published again, it must not take the files from who reads them.
            place = self.publications / f"{build_id}_{datetime.now(UTC):%Y%m%d%H%M%S%f}"
            try:
                place.mkdir(parents=True)
                views = {}
                for schema, table, comment in connection.execute(
                    "select schema_name, table_name, comment from duckdb_tables() where database_name = 'staged' order by 2"
                ).fetchall():
                    written(connection, f"staged.{schema}.{quoted(table)}", place / f"{table}.parquet")
                    columns = column_types(connection, "staged", schema, table)
                    views[table] = view_of(
                        f"{self.prefix}_published.{table}", place / f"{table}.parquet", columns, comment
                    )
                (place / "views.json").write_text(json.dumps(views))
                self.note("next", place.name)
            except (OSError, duckdb.Error) as error:
                raise BuildError(
                    f"target spark: {place} was not written ({first_line(error)}): what was published stays published."
                ) from None

    def noted(self, name):
        """The folder of the publication that readers on Spark see, `current`, or of the one that was staged last, `next`; None without."""
        file = self.publications / name
        return file.read_text() if file.exists() else None

    def note(self, name, folder):
        """Say so of a folder, in one step."""
        unfinished = self.publications / f"{name}.tmp"
        unfinished.write_text(folder)
        os.replace(unfinished, self.publications / name)

    def switch(self):
        """Lead readers to the publication that was staged, a mart at a time; the one before is kept, older ones go.

        A query that has begun reads the files of the publication that it began with.
        """
        from pyspark.errors import PySparkException

        staged, before = self.noted("next"), self.noted("current")
        views = json.loads((self.publications / staged / "views.json").read_text())
        database = f"{self.prefix}_published"
        try:
            spark = session(self.settings.warehouse)
            spark.sql(f"create database if not exists {database}")
            for statement in views.values():
                spark.sql(statement)
            for row in spark.sql(f"show views in {database}").collect():
                if row.viewName not in views:
                    spark.sql(f"drop view {database}.`{row.viewName}`")
        except PySparkException as error:
            raise BuildError(
                f"target spark: the file is published, {database} is not ({first_line(error)}): the next run switches it."
            ) from None
        self.note("current", staged)
        for place in self.publications.iterdir():
            if place.is_dir() and place.name not in (staged, before):
                shutil.rmtree(place, ignore_errors=True)

    def settle(self, build_id):
        """Finish a switch that was cut off, where the file was published. Returns the published build."""
        staged, current = self.noted("next"), self.noted("current")
        if build_id and staged != current and build_of(staged) == build_id:
            self.switch()
        # On another machine there is no file.
        return build_id or build_of(current)

    def forget(self, ids, personal):
        """Empty what is personal of some customers in every file. Raises BuildError where one cannot be written."""
        wanted = ", ".join(literal(each) for each in ids)
        try:
            for file in sorted(self.folder.rglob("*.parquet")):
                with duckdb.connect() as connection:
                    columns = [name for name, *_ in connection.execute(f"describe from {literal(file)}").fetchall()]
                    found = [name for name in personal if name in columns]
                    if "customer_id" not in columns or not found:
                        continue
                    emptied = ", ".join(
                        f"case when trim(customer_id) not in ({wanted}) or customer_id is null then {quoted(name)} end as {quoted(name)}"
                        for name in found
                    )
                    connection.execute(
                        f"create temp view forgotten as select * replace ({emptied}) from {literal(file)}"
                    )
                    unfinished = file.with_suffix(".tmp")
                    written(connection, "forgotten", unfinished)
                    # Hadoop's checksum of the file as it was.
                    file.with_name(f".{file.name}.crc").unlink(missing_ok=True)
                    os.replace(unfinished, file)
        except (OSError, duckdb.Error) as error:
            raise BuildError(
                f"target spark: not forgotten everywhere ({first_line(error)}). Run forget again."
            ) from None


def build_of(publication):
    """The build that a folder of a publication is of."""
    return publication and publication.split("_")[0]


def written(connection, relation, file):
    """Write a table or view of DuckDB as a file of Parquet. Returns how many rows it has."""
    return connection.execute(f"copy (from {relation}) to {literal(file)} (format parquet)").fetchone()[0]


def view_of(name, file, columns, comment):
    """The statement that makes a view over a file that DuckDB has written, with its types and comments."""
    described = ", ".join(
        f"`{column}`" + (f" comment {spark_literal(text)}" if text else "") for column, _, text in columns
    )
    values = ", ".join(f"cast(`{column}` as {TYPES.get(kind, kind)}) as `{column}`" for column, kind, _ in columns)
    return (
        f"create or replace view {name} ({described}) comment {spark_literal(comment or '')} "
        f"as select {values} from parquet.`{file}`"
    )


def spark_literal(text):
    """A comment as Spark writes a text, cut to what its catalog takes."""
    cut = text if len(text) <= COMMENT_LENGTH else text[: COMMENT_LENGTH - 1] + "…"
    return "'" + cut.replace("\\", "\\\\").replace("'", "\\'") + "'"


def mirror_table(connection, layer, table, files, types, node):
    """Mirror one table of files that Spark has written, with its comments; `types`: those of its contract."""
    source = f"read_parquet([{', '.join(map(literal, files))}])"
    columns = connection.execute(f"describe from {source}").fetchall()
    # Spark's instants are UTC's.
    kinds = {name: types.get(name) or kind.replace(" WITH TIME ZONE", "") for name, kind, *_ in columns}
    values = ", ".join(f"cast({quoted(name)} as {kind}) as {quoted(name)}" for name, kind in kinds.items())
    target = f"{quoted(layer)}.{quoted(table)}"
    connection.execute(f"create table {target} as select {values} from {source}")
    if node:
        texts = ((name, node["columns"].get(name, {}).get("description")) for name in kinds)
        comment_on(connection, target, node["description"], [(name, text) for name, text in texts if text])
