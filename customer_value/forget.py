"""forget: erase a person's name and addresses from everything that is kept, and keep the numbers.

The customer's id joins a list beside the warehouse: whatever the inputs still say, personal columns of these customers are
null from now on (customer_value/load.py). Then every file that holds some is written again without them, for a database file
keeps what was deleted in blocks that are free: the warehouse with its history, the publication, those that were replaced,
the Parquet files, and the report.
"""

import os
import shutil

import duckdb

from customer_value.errors import BuildError, InputError
from customer_value.load import forgotten_customers, forgotten_file, literal, quoted, without_personal
from customer_value.publish import FILE_NAME, PARQUET, PREVIOUS, folder_lock
from customer_value.queries import rows_of
from customer_value.report import report
from customer_value.server import server_of
from customer_value.switch import remove_all_replaced, switch_file

# Columns that name a person, of any table that has a customer_id beside them.
PERSONAL = ("customer_name", "email", "email_hash", "comment")


def ids_of(settings, customer_id):
    """The customer and the accounts that were merged into it. Raises InputError where nobody bears the id."""
    merged = rows_of(
        settings.warehouse,
        f"select customer_id from staging.stg_customers where canonical_customer_id = {literal(customer_id)}",
    )
    known = merged or rows_of(
        settings.published / FILE_NAME,
        f"select customer_id from marts.customers where customer_id = {literal(customer_id)}",
    )
    if not known and customer_id not in forgotten_customers(settings.warehouse):
        raise InputError(
            f"{customer_id}: found no such customer in {settings.warehouse} or {settings.published / FILE_NAME}, expected a "
            "customer_id; of merged accounts the id of the one that they were merged into."
        )
    return {customer_id, *(row["customer_id"] for row in known)}


def tables_of(connection, database):
    """The tables of an attached file with their columns."""
    return connection.execute(
        "select schema_name, table_name, list(column_name order by column_index) from duckdb_columns() "
        "join duckdb_tables() using (database_name, schema_name, table_name) where database_name = ? group by all order by all",
        [database],
    ).fetchall()


def write_again(file, ids, storage, switch=os.replace):
    """Write a DuckDB file again, in one piece, without what is personal of some customers, and switch to it."""
    unfinished = file.with_name(f"{file.name}.forget")
    unfinished.unlink(missing_ok=True)
    name = quoted(file.stem)
    if file.with_name(f"{file.name}.wal").exists():
        # What a killed run left is taken into the file, for it must not be beside the new one.
        duckdb.connect(str(file)).close()
    try:
        with duckdb.connect() as connection:
            connection.execute(f"attach {literal(file.resolve())} as {name} (read_only)")
            connection.execute(f"attach {literal(unfinished)} as rewritten {storage}")
            connection.execute(f"copy from database {name} to rewritten (schema)")
            for schema, table, columns in tables_of(connection, file.stem):
                target = f"{quoted(schema)}.{quoted(table)}"
                connection.execute(
                    f"insert into rewritten.{target} select {without_personal(columns, PERSONAL, ids)} from {name}.{target}"
                )
            connection.execute("detach rewritten")
        switch(unfinished, file)
    finally:
        for leftover in (unfinished, unfinished.with_name(f"{unfinished.name}.wal")):
            leftover.unlink(missing_ok=True)


def write_parquet_again(folder, ids):
    """The same of a folder of Parquet files."""
    for file in sorted(folder.rglob("*.parquet")):
        with duckdb.connect() as connection:
            source = f"read_parquet({literal(file)})"
            columns = [name for name, *_ in connection.execute(f"describe from {source}").fetchall()]
            if (selected := without_personal(columns, PERSONAL, ids)) == "*":
                continue
            unfinished = file.with_name(f"{file.name}.forget")
            connection.execute(f"copy (select {selected} from {source}) to {literal(unfinished)} (format parquet)")
            os.replace(unfinished, file)


def forget(settings, customer_id):
    """Forget one customer. Safe to repeat, and to finish after it was interrupted.

    Raises InputError where there is no such customer, BuildError where a file cannot be written.
    """
    ids = ids_of(settings, customer_id)
    file = forgotten_file(settings.warehouse)
    try:
        # First of all: no run brings the name back, whatever happens to what follows.
        unfinished = file.with_name(f"{file.name}.tmp")
        unfinished.write_text("".join(f"{each}\n" for each in sorted(ids | forgotten_customers(settings.warehouse))))
        os.replace(unfinished, file)
        if settings.warehouse.exists():
            write_again(settings.warehouse, ids, "")
            shutil.rmtree(settings.warehouse.with_name(f"{settings.warehouse.name}.tmp"), ignore_errors=True)
        if server := server_of(settings):
            server.forget(ids, PERSONAL)
        published = settings.published / FILE_NAME
        if published.exists():
            with folder_lock(settings.published):
                storage = "(storage_version 'v1.0.0')"
                write_again(published, ids, storage, switch_file)
                remove_all_replaced(published)
                for each in sorted((settings.published / PREVIOUS).glob("*.duckdb")):
                    write_again(each, ids, storage)
                write_parquet_again(settings.published / PARQUET, ids)
    except (OSError, duckdb.Error) as error:
        raise BuildError(
            f"{customer_id}: not forgotten everywhere ({str(error).splitlines()[0]}). The next runs leave the name out; make "
            "room, and run forget again for what was published."
        ) from error
    if (settings.published / "report").exists():
        report(settings)
    print(f"{', '.join(sorted(ids))}: forgotten. The inputs are not changed: delete the name there, too.")
