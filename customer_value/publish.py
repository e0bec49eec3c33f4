"""publish: hand the marts to readers in one step.

Readers open `customer_value.duckdb` in the published folder and never the warehouse. A new file is written beside the
old one, and the link that readers open is switched to it: a reader that has the old one open keeps reading it, the next one
opens the new one. The file is in DuckDB's v1.0.0 storage format, which every BI tool's driver can open. Publications that were replaced are kept
in the folder `previous`, the newest ones only.

Only a build of everything in which nothing failed, and whose marts hold to the expectations, is published.
"""

import fcntl
import os
import shutil
from collections import defaultdict
from contextlib import contextmanager
from datetime import UTC, datetime

import duckdb

from customer_value.build import BuildError
from customer_value.build_metadata import build_of, record, recorded
from customer_value.load import literal, quoted
from customer_value.settings import project_file
from customer_value.switch import switch_file

FILE_NAME = "customer_value.duckdb"
PREVIOUS = "previous"
PARQUET = "parquet"

# What a publication says of itself, by table and column. It stands in schema main, beside the marts: it differs from build to build.
PUBLICATION = {
    "publication": (
        "This publication: one row.",
        {
            "build_id": ("varchar", "The build that was published: dbt's invocation id."),
            "published_at": ("timestamp", "When the file was written, UTC."),
            "as_of_date": ("date", "The day that every number is as of."),
            "newest_loaded_at": ("timestamp", "Newest loaded_at of any input; by input in input_reconciliation."),
            "project_version": ("varchar", "Version of the project that built it."),
            "passed_test_count": (
                "bigint",
                "Tests of its build that passed; a build in which one failed is not published.",
            ),
            "held_expectation_count": ("bigint", "Expectations of inputs and marts that held."),
            "expectation_count": ("bigint", "Expectations that inputs and marts were held against."),
            "mart_count": ("bigint", "Marts in the file."),
            "mart_row_count": ("bigint", "Rows in them; by mart in publication_marts."),
        },
    ),
    "publication_marts": (
        "What this publication holds: one row per mart.",
        {
            "mart_name": ("varchar", "The mart."),
            "row_count": ("bigint", "Rows in it."),
        },
    ),
}


# Counts that dbt's hooks and check recorded.
COUNTS = ["passed_test_count", "held_expectation_count", "expectation_count"]


def published_build(settings):
    """The build that readers see; None where nothing is published, or by a version that did not say."""
    target = settings.published / FILE_NAME
    if not target.exists():
        return None
    with duckdb.connect() as connection:
        try:
            connection.execute(f"attach {literal(target)} as published (read_only)")
            return connection.execute("select build_id from published.main.publication").fetchone()[0]
        except duckdb.Error:
            return None


def note_publication(settings):
    """Tell the warehouse which build readers see, so that the next one knows what was known. Safe to repeat."""
    build_id = published_build(settings)
    if build_id is None or not settings.warehouse.exists():
        return
    try:
        record(settings.warehouse, "publication", build_id)
    except duckdb.IOException as error:
        # What comes next says why the warehouse cannot be written; the next run notes it.
        print(f"warning: {settings.warehouse}: the publication was not noted ({str(error).splitlines()[0]}).")


def comment_on(connection, table, table_comment, column_comments):
    """Write descriptions as comments, which BI tools show."""
    comments = [f"comment on table {table} is {literal(table_comment or '')}"]
    comments += [
        f"comment on column {table}.{quoted(column)} is {literal(comment or '')}" for column, comment in column_comments
    ]
    connection.execute(";".join(comments))


def copy_marts(connection, warehouse, publication):
    """Copy the marts, tables and views alike, with their comments, which `create table as` leaves behind.

    Returns the number of rows of each.
    """
    marts = f"where database_name = {literal(warehouse)} and schema_name = 'marts'"
    relations = connection.execute(
        f"select table_name, comment from duckdb_tables() {marts} "
        f"union all select view_name, comment from duckdb_views() {marts} order by 1"
    ).fetchall()
    columns = defaultdict(list)
    for mart, column, comment in connection.execute(
        f"select table_name, column_name, comment from duckdb_columns() {marts} order by column_index"
    ).fetchall():
        columns[mart].append((column, comment))
    row_counts = {}
    for mart, comment in relations:
        target = f"{publication}.marts.{quoted(mart)}"
        (row_counts[mart],) = connection.execute(
            f"create table {target} as from {quoted(warehouse)}.marts.{quoted(mart)}"
        ).fetchone()
        comment_on(connection, target, comment, columns[mart])
    return row_counts


def describe_publication(connection, warehouse, publication, build, row_counts):
    """Write what the publication says of itself."""
    build_id, as_of_date = build
    for table, (comment, columns) in PUBLICATION.items():
        target = f"{publication}.main.{quoted(table)}"
        connection.execute(
            f"create table {target} ({', '.join(f'{name} {kind}' for name, (kind, _) in columns.items())})"
        )
        comment_on(connection, target, comment, [(name, text) for name, (_, text) in columns.items()])
    connection.executemany(f"insert into {publication}.main.publication_marts values (?, ?)", list(row_counts.items()))
    (newest,) = connection.execute(
        f"select max(newest_loaded_at) from {publication}.marts.input_reconciliation"
    ).fetchone()
    counts = [next(iter(recorded(connection, quoted(warehouse), kind)), None) for kind in COUNTS]
    connection.execute(
        f"insert into {publication}.main.publication values ({', '.join('?' * len(PUBLICATION['publication'][1]))})",
        [
            build_id,
            datetime.now(UTC).replace(tzinfo=None, microsecond=0),
            as_of_date,
            newest,
            project_file()["version"],
            *counts,
            len(row_counts),
            sum(row_counts.values()),
        ],
    )


def write_publication(settings, unfinished):
    """Write the marts of the warehouse into a new file.

    Raises BuildError where the warehouse holds no marts, or its build did not pass.
    """
    # A mart that is a view names its own database, which is that of the file: it is attached under no other name.
    warehouse = settings.warehouse.stem
    publication = "published" if warehouse.lower() != "published" else "publication"
    with duckdb.connect() as connection:
        connection.execute(f"attach {literal(settings.warehouse)} as {quoted(warehouse)} (read_only)")
        build = build_of(connection, quoted(warehouse))
        if build is None:
            raise BuildError(f"{settings.warehouse}: found no marts. Run build first.")
        if build[0] not in recorded(connection, quoted(warehouse), "passed_build"):
            raise BuildError(
                f"{settings.warehouse}: the last build did not pass, or built a part only: what was published stays "
                "published. Fix what it says, and run build again."
            )
        if build[0] not in recorded(connection, quoted(warehouse), "checked_build"):
            raise BuildError(
                f"{settings.warehouse}: its marts have not passed check since they were built: what was published stays "
                "published. Run check first."
            )
        connection.execute(f"attach {literal(unfinished)} as {publication} (storage_version 'v1.0.0')")
        connection.begin()
        connection.execute(f"create schema {publication}.marts")
        row_counts = copy_marts(connection, warehouse, publication)
        describe_publication(connection, warehouse, publication, build, row_counts)
        connection.commit()
        connection.execute(f"detach {publication}")


@contextmanager
def folder_lock(folder):
    """Let no two warehouses publish into one folder at once; the lock is gone with the process."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)


def keep_previous(settings, target):
    """Give the publication that is about to be replaced a name of its own, and forget the oldest ones."""
    previous = settings.published / PREVIOUS
    if settings.keep_publications > 0 and target.exists():
        previous.mkdir(exist_ok=True)
        replaced_at = datetime.fromtimestamp(target.stat().st_mtime, UTC)
        name = f"customer_value_{replaced_at:%Y%m%dT%H%M%S%f}.duckdb"
        if not (previous / name).exists():
            os.link(target.resolve(), previous / name)
    kept = sorted(previous.glob("customer_value_*.duckdb")) if previous.is_dir() else []
    for path in kept[: max(0, len(kept) - settings.keep_publications)]:
        path.unlink()


def write_parquet(settings, file):
    """Write the tables of a publication as Parquet files, and what their columns mean, into a folder of their own."""
    folder = settings.published / PARQUET / f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    folder.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute(f"attach {literal(file)} as published (read_only)")
        queries = {
            table: f"from published.{quoted(schema)}.{quoted(table)}"
            for schema, table in connection.execute(
                "select schema_name, table_name from duckdb_tables() where database_name = 'published'"
            ).fetchall()
        }
        queries["columns"] = (
            "select table_name, column_name, data_type, comment as description from duckdb_columns() "
            "where database_name = 'published' order by table_name, column_index"
        )
        for table, query in queries.items():
            connection.execute(f"copy ({query}) to {literal(folder / f'{table}.parquet')} (format parquet)")
    return folder


def switch_parquet(settings, folder):
    """Point the link `current` to a folder in one step, and forget the oldest folders.

    A reader that follows the link once reads one publication.
    """
    link = folder.with_name("current.tmp")
    link.unlink(missing_ok=True)
    link.symlink_to(folder.name)
    os.replace(link, folder.with_name("current"))
    # A folder that never became current is gone, too, in time.
    kept = sorted(path for path in folder.parent.iterdir() if path.is_dir() and not path.is_symlink())
    for path in kept[: max(0, len(kept) - 1 - settings.keep_publications)]:
        shutil.rmtree(path, ignore_errors=True)


def publish(settings):
    """Write the marts to the published folder. What was published stays until the new file is complete.

    Raises BuildError where there is nothing to publish, or it may not be, or the file cannot be written.
    """
    if not settings.warehouse.exists():
        raise BuildError(f"{settings.warehouse}: found no warehouse. Run load and build first.")
    target = settings.published / FILE_NAME
    unfinished = settings.published / f"{FILE_NAME}.tmp"
    leftovers = (unfinished, unfinished.with_name(unfinished.name + ".wal"))
    try:
        settings.published.mkdir(parents=True, exist_ok=True)
        with folder_lock(settings.published) as folder:
            for leftover in leftovers:
                leftover.unlink(missing_ok=True)
            write_publication(settings, unfinished)
            with open(unfinished, "rb+") as file:
                os.fsync(file.fileno())
            parquet = write_parquet(settings, unfinished) if settings.parquet else None
            keep_previous(settings, target)
            switch_file(unfinished, target)
            os.fsync(folder)
            if parquet:
                switch_parquet(settings, parquet)
    except (OSError, duckdb.Error) as error:
        for leftover in leftovers:
            leftover.unlink(missing_ok=True)
        raise BuildError(
            f"{target}: cannot be written ({str(error).splitlines()[0]}): what was published stays published. "
            "Make room, or see to the folder's rights, and run publish again."
        ) from error
    note_publication(settings)
