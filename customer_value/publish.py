"""publish: hand the marts to readers in one step.

Readers open `customer_value.duckdb` in the published folder and never the warehouse. A new file is written beside the
old one, and the link that readers open is switched to it: a reader that has the old one open keeps reading it, the next one
opens the new one. The file is in DuckDB's v1.0.0 storage format, which every BI tool's driver can open. Publications that were replaced are kept
in the folder `previous`, the newest ones only.

Only a build of everything whose marts hold to the expectations is published. Marts in which it failed stay as the last
publication has them (customer_value/failures.py), each with the day that it is as of.
"""

import errno
import fcntl
import os
import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime

import duckdb

from customer_value.build_metadata import build_of, record, recorded
from customer_value.errors import BuildError
from customer_value.failures import withheld_of
from customer_value.load import literal, quoted
from customer_value.server import server_of
from customer_value.settings import project_file
from customer_value.signals import hold, interruption
from customer_value.switch import switch_file
from customer_value.terminal import say

FILE_NAME = "customer_value.duckdb"
PREVIOUS = "previous"
# How the last publication and the next one are attached; settings.RESERVED names them.
LAST, NEXT = "last_publication", "next_publication"
PARQUET = "parquet"

# What a publication says of itself, by table and column. It stands in schema main, beside the marts: it differs from build to build.
PUBLICATION = {
    "publication": (
        "This publication: one row.",
        {
            "build_id": ("varchar", "The build that was published: dbt's invocation id."),
            "published_at": ("timestamp", "When the file was written, UTC."),
            "as_of_date": ("date", "The day that every number is as of."),
            "reporting_currency": ("varchar", "The currency of every amount."),
            "newest_loaded_at": ("timestamp", "Newest loaded_at of any input; by input in input_reconciliation."),
            "project_version": ("varchar", "Version of the project that built it."),
            "passed_test_count": (
                "bigint",
                "Tests of its build that passed; marts in which one failed are withheld.",
            ),
            "held_expectation_count": ("bigint", "Expectations of inputs and marts that held."),
            "expectation_count": ("bigint", "Expectations that inputs and marts were held against."),
            "exceeds_max_rejected_rate": (
                "boolean",
                "Whether more of an input is rejected than the var max_rejected_rate allows, and the publication was asked for all the same; by input in input_reconciliation.",
            ),
            "withheld_mart_count": (
                "bigint",
                "Marts that are not of this build, for it failed in them: withheld or absent; which and why in publication_marts.",
            ),
            "mart_count": ("bigint", "Marts in the file."),
            "mart_row_count": ("bigint", "Rows in them; by mart in publication_marts."),
        },
    ),
    "publication_marts": (
        "What this publication holds: one row per mart.",
        {
            "mart_name": ("varchar", "The mart."),
            "row_count": ("bigint", "Rows in it; null where it is absent."),
            "status": (
                "varchar",
                "published: of this build. withheld: the build failed in it, and it is that of the last publication in which it passed. absent: the build failed in it, and there is no such publication whose columns are those of today.",
            ),
            "as_of_date": ("date", "The day that its numbers are as of; null where it is absent."),
            "build_id": ("varchar", "The build that it is of; null where it is absent."),
            "reason": (
                "varchar",
                "Why it is withheld or absent: mart, rule, rows and the keys of some; null where it is neither.",
            ),
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
    if server := server_of(settings):
        build_id = server.settle(build_id)
    if build_id is None or not (server or settings.warehouse.exists()):
        return
    try:
        record(settings, "publication", build_id, keep=True)
    except duckdb.Error as error:
        # What comes next says why the warehouse cannot be written; the next run notes it.
        say(f"warning: {settings.warehouse}: the publication was not noted ({str(error).splitlines()[0]}).")


def comment_on(connection, table, table_comment, column_comments):
    """Write descriptions as comments, which BI tools show."""
    comments = [f"comment on table {table} is {literal(table_comment or '')}"]
    comments += [
        f"comment on column {table}.{quoted(column)} is {literal(comment or '')}" for column, comment in column_comments
    ]
    connection.execute(";".join(comments))


@dataclass(frozen=True)
class Held:
    """A mart as a publication holds it; a row of publication_marts."""

    mart: str
    row_count: int | None
    status: str
    as_of_date: date | None
    build_id: str | None
    reason: str | None


def copy_mart(connection, source, publication, mart):
    """Copy a mart, table or view alike, with its comments, which `create table as` leaves behind. Returns its rows."""
    target = f"{publication}.marts.{quoted(mart)}"
    (row_count,) = connection.execute(f"create table {target} as from {quoted(source)}.marts.{quoted(mart)}").fetchone()
    (comment,) = connection.execute(
        "select max(comment) from (select database_name, schema_name, table_name, comment from duckdb_tables() "
        "union all select database_name, schema_name, view_name, comment from duckdb_views()) "
        "where database_name = ? and schema_name = 'marts' and table_name = ?",
        [source, mart],
    ).fetchone()
    columns = connection.execute(
        "select column_name, comment from duckdb_columns() "
        "where database_name = ? and schema_name = 'marts' and table_name = ? order by column_index",
        [source, mart],
    ).fetchall()
    comment_on(connection, target, comment, columns)
    return row_count


def marts_in(connection, database):
    """The marts of an attached file, tables and views."""
    found = connection.execute(
        "select distinct table_name from duckdb_columns() where database_name = ? and schema_name = 'marts' order by 1",
        [database],
    )
    return [mart for (mart,) in found.fetchall()]


def columns_fit(connection, database, mart):
    """Whether a mart of an earlier publication has the columns that the present build gives it, in name and type."""
    found = connection.execute(
        "select column_name, data_type from duckdb_columns() "
        "where database_name = ? and schema_name = 'marts' and table_name = ? order by column_index",
        [database, mart.mart],
    ).fetchall()
    casts = ", ".join(f"cast(null as {kind}) as {quoted(name)}" for name, kind in mart.columns.items())
    wanted = connection.execute(f"describe select {casts}").fetchall() if casts else []
    return found == [(name, kind) for name, kind, *_ in wanted]


def last_good(connection, settings, withheld):
    """What the last publication says of the marts that are withheld now, by mart: its day and its build.

    It is attached as `last`. A mart that was withheld then keeps the day and the build of its own.
    """
    target = settings.published / FILE_NAME
    if not withheld or not target.exists():
        return {}
    connection.execute(f"attach {literal(target)} as {LAST} (read_only)")
    as_of_date, build_id = connection.execute(f"select as_of_date, build_id from {LAST}.main.publication").fetchone()
    good = {mart: (as_of_date, build_id) for mart in marts_in(connection, LAST)}
    # A publication of an earlier version has no such columns: all of it is of one build.
    with suppress(duckdb.BinderException):
        rows = connection.execute(
            f"select mart_name, as_of_date, build_id from {LAST}.main.publication_marts"
        ).fetchall()
        good |= {mart: of for mart, *of in rows if mart in good}
    return good


def keep_mart(connection, publication, mart, good):
    """Copy a mart that is withheld from the last publication, where it holds one that fits."""
    if mart.mart not in good:
        return Held(mart.mart, None, "absent", None, None, f"{mart.reason} (it was never published)")
    if not columns_fit(connection, LAST, mart):
        return Held(
            mart.mart, None, "absent", None, None, f"{mart.reason} (its columns have changed since it was published)"
        )
    as_of_date, build_id = good[mart.mart]
    row_count = copy_mart(connection, LAST, publication, mart.mart)
    return Held(mart.mart, row_count, "withheld", as_of_date, build_id, mart.reason)


def copy_marts(connection, settings, warehouse, publication, build):
    """Copy the marts of the build, and of the last publication those that are withheld. Returns what is held."""
    build_id, as_of_date = build
    withheld = {each.mart: each for each in withheld_of(settings)}
    good = last_good(connection, settings, withheld)
    held = [
        Held(mart, copy_mart(connection, warehouse, publication, mart), "published", as_of_date, build_id, None)
        for mart in marts_in(connection, warehouse)
        if mart not in withheld
    ]
    return held + [keep_mart(connection, publication, mart, good) for mart in withheld.values()]


def describe_publication(connection, warehouse, publication, build, held):
    """Write what the publication says of itself."""
    build_id, as_of_date = build
    for table, (comment, columns) in PUBLICATION.items():
        target = f"{publication}.main.{quoted(table)}"
        connection.execute(
            f"create table {target} ({', '.join(f'{name} {kind}' for name, (kind, _) in columns.items())})"
        )
        comment_on(connection, target, comment, [(name, text) for name, (_, text) in columns.items()])
    connection.executemany(
        f"insert into {publication}.main.publication_marts values (?, ?, ?, ?, ?, ?)",
        [list(vars(each).values()) for each in sorted(held, key=lambda each: each.mart)],
    )
    newest, exceeds = connection.execute(
        f"select max(newest_loaded_at), bool_or(exceeds_max_rejected_rate) from {publication}.marts.input_reconciliation"
    ).fetchone()
    (currency,) = connection.execute(
        f"select reporting_currency from {quoted(warehouse)}.staging.run_settings"
    ).fetchone()
    counts = [next(iter(recorded(connection, quoted(warehouse), kind)), None) for kind in COUNTS]
    row_counts = [each.row_count for each in held if each.row_count is not None]
    connection.execute(
        f"insert into {publication}.main.publication values ({', '.join('?' * len(PUBLICATION['publication'][1]))})",
        [
            build_id,
            datetime.now(UTC).replace(tzinfo=None, microsecond=0),
            as_of_date,
            currency,
            newest,
            project_file()["version"],
            *counts,
            exceeds,
            sum(each.status != "published" for each in held),
            len(row_counts),
            sum(row_counts),
        ],
    )


def write_publication(settings, unfinished):
    """Write the marts of the warehouse into a new file.

    Raises BuildError where the warehouse holds no marts, or its build did not pass.
    """
    # A mart that is a view names its own database, which is that of the file: it is attached under no other name.
    warehouse = settings.warehouse.stem
    publication = NEXT
    with duckdb.connect() as connection:
        connection.execute(f"attach {literal(settings.warehouse)} as {quoted(warehouse)} (read_only)")
        build = build_of(connection, quoted(warehouse))
        if build is None:
            raise BuildError(f"{settings.warehouse}: found no marts. Run build first.")
        whole, partial = (recorded(connection, quoted(warehouse), kind) for kind in ("passed_build", "partial_build"))
        if build[0] not in whole | partial:
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
        held = copy_marts(connection, settings, warehouse, publication, build)
        describe_publication(connection, warehouse, publication, build, held)
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

    A reader that follows the link once reads one publication. Raises BuildError where the link cannot be made.
    """
    if folder is None:
        return
    link = folder.with_name("current.tmp")
    try:
        link.unlink(missing_ok=True)
        link.symlink_to(folder.name)
        os.replace(link, folder.with_name("current"))
    except OSError as error:
        raise BuildError(
            f"{link.with_name('current')}: cannot be written ({error}): the DuckDB file is published, the Parquet files are not."
        ) from error
    # A folder that never became current is gone, too, in time.
    kept = sorted(path for path in folder.parent.iterdir() if path.is_dir() and not path.is_symlink())
    for path in kept[: max(0, len(kept) - 1 - settings.keep_publications)]:
        shutil.rmtree(path, ignore_errors=True)


def bytes_wanted(settings):
    """About how much a publication takes: as much as the last one, else what the marts take in the warehouse."""
    target = settings.published / FILE_NAME
    if target.exists():
        return target.stat().st_size
    with duckdb.connect() as connection:
        connection.execute(f"attach {literal(settings.warehouse)} as {quoted(settings.warehouse.stem)} (read_only)")
        connection.execute(f"use {quoted(settings.warehouse.stem)}")
        (block_size,) = connection.execute("select max(block_size) from pragma_database_size()").fetchone()
        tables = connection.execute("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall()
        blocks = [
            connection.execute(
                f"select count(distinct block_id) from pragma_storage_info({literal(f'marts.{quoted(table)}')}) where persistent"
            ).fetchone()[0]
            for (table,) in tables
        ]
    return sum(blocks) * block_size


def shortage(settings, error, unfinished):
    """What to do where a publication cannot be written; that the disk is full, where it is."""
    written = unfinished.stat().st_size if unfinished.exists() else 0
    free = shutil.disk_usage(settings.published).free
    wanted = bytes_wanted(settings)
    is_full = (
        getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT)
        or "No space left" in str(error)
        or free + written < wanted
    )
    if not is_full:
        return "See to the folder's rights, and run publish again."
    return (
        f"The disk is full: found {(free + written) / 2**20:,.0f} MB free in {settings.published}, expected about "
        f"{wanted / 2**20:,.0f} MB{', and half as much for the Parquet files' if settings.parquet else ''}. Make room, "
        "and run publish again."
    )


def write_and_switch(settings, target, folder):
    """Write a publication beside the published one and switch readers to it. The folder's lock is held."""
    unfinished = target.with_name(f"{FILE_NAME}.tmp")
    leftovers = (unfinished, unfinished.with_name(unfinished.name + ".wal"))
    for leftover in leftovers:
        leftover.unlink(missing_ok=True)
    try:
        write_publication(settings, unfinished)
        with open(unfinished, "rb+") as file:
            os.fsync(file.fileno())
        parquet = write_parquet(settings, unfinished) if settings.parquet else None
        if server := server_of(settings):
            server.stage(unfinished)
        keep_previous(settings, target)
        # Readers see the new file from here on: a signal would come too late.
        hold()
        switch_file(unfinished, target)
        os.fsync(folder)
        if server:
            server.switch()
    except (OSError, duckdb.Error) as error:
        if interrupted := interruption():
            raise interrupted from None
        raise BuildError(
            f"{target}: cannot be written ({str(error).splitlines()[0]}): what was published stays published. "
            + shortage(settings, error, unfinished)
        ) from error
    finally:
        for leftover in leftovers:
            leftover.unlink(missing_ok=True)
    switch_parquet(settings, parquet)


def publish(settings):
    """Write the marts to the published folder. What was published stays until the new file is complete.

    Raises BuildError where there is nothing to publish, or it may not be, or the file cannot be written.
    """
    if not settings.warehouse.exists():
        raise BuildError(f"{settings.warehouse}: found no warehouse. Run load and build first.")
    target = settings.published / FILE_NAME
    try:
        settings.published.mkdir(parents=True, exist_ok=True)
        with folder_lock(settings.published) as folder:
            write_and_switch(settings, target, folder)
    except OSError as error:
        raise BuildError(
            f"{target}: cannot be written ({error}): what was published stays published. See to the folder's rights, "
            "and run publish again."
        ) from error
    note_publication(settings)
