"""publish: hand the marts to readers in one step.

Readers open `customer_value.duckdb` in the published folder and never the warehouse. A new file is written beside the
old one and renamed over it: whoever has the old one open keeps reading it, whoever opens next reads the new one. The
file is in DuckDB's v1.0.0 storage format, which every BI tool's driver can open.
"""

import os

import duckdb

from customer_value.build import BuildError
from customer_value.load import literal, quoted

FILE_NAME = "customer_value.duckdb"
# Columns of the terminal that the summary may take.
WIDTH = 160


def copy_mart(connection, table):
    """Copy one mart with its comments, which `create table as` leaves behind."""
    source, target = f"warehouse.marts.{quoted(table)}", f"published.marts.{quoted(table)}"
    connection.execute(f"create table {target} as from {source}")
    (comment,) = connection.execute(
        "select comment from duckdb_tables() where database_name = 'warehouse' and schema_name = 'marts' and table_name = ?",
        [table],
    ).fetchone()
    connection.execute(f"comment on table {target} is {literal(comment or '')}")
    for column, comment in connection.execute(
        "select column_name, comment from duckdb_columns() "
        "where database_name = 'warehouse' and schema_name = 'marts' and table_name = ?",
        [table],
    ).fetchall():
        connection.execute(f"comment on column {target}.{quoted(column)} is {literal(comment or '')}")


def publish(settings):
    """Write the marts to the published folder. What was published stays until the new file is complete.

    Raises BuildError where the warehouse holds no marts.
    """
    settings.published.mkdir(parents=True, exist_ok=True)
    target = settings.published / FILE_NAME
    unfinished = settings.published / f"{FILE_NAME}.tmp"
    for leftover in (unfinished, unfinished.with_name(unfinished.name + ".wal")):
        leftover.unlink(missing_ok=True)
    if not settings.warehouse.exists():
        raise BuildError(f"{settings.warehouse}: found no warehouse. Run load and build first.")
    with duckdb.connect() as connection:
        connection.execute(f"attach {literal(settings.warehouse)} as warehouse (read_only)")
        tables = connection.execute(
            "select table_name from duckdb_tables() where database_name = 'warehouse' and schema_name = 'marts' "
            "order by table_name"
        ).fetchall()
        if not tables:
            raise BuildError(f"{settings.warehouse}: found no marts. Run build first.")
        connection.execute(f"attach {literal(unfinished)} as published (storage_version 'v1.0.0')")
        connection.execute("create schema published.marts")
        for (table,) in tables:
            copy_mart(connection, table)
        connection.execute("detach published")
    with open(unfinished, "rb+") as file:
        os.fsync(file.fileno())
    os.replace(unfinished, target)
    folder = os.open(settings.published, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def show_publication(settings):
    """Print where the marts are, what was turned away and the last six months."""
    target = settings.published / FILE_NAME
    with duckdb.connect(str(target), read_only=True) as connection:
        print(f"\nThe marts are in {target}, schema marts:")
        for table, row_count in connection.execute(
            "select table_name, estimated_size from duckdb_tables() where schema_name = 'marts' order by table_name"
        ).fetchall():
            print(f"  {table:<22} {row_count:>10,} rows")
        print("\nRows of the inputs:")
        connection.sql("from marts.input_reconciliation order by raw_row_count desc").show(max_width=WIDTH)
        print("The last six months of mrr_monthly, amounts in the reporting currency:")
        connection.sql(
            """
            select
                strftime(activity_month, '%Y-%m') || if(is_partial_month, ' so far', '') as "month",
                round(opening_mrr_amount)::bigint as opening,
                round(new_mrr_amount)::bigint as "new",
                round(expansion_mrr_amount)::bigint as expansion,
                round(contraction_mrr_amount)::bigint as contraction,
                round(churn_mrr_amount)::bigint as churn,
                round(reactivation_mrr_amount)::bigint as reactivation,
                round(pause_mrr_amount + resume_mrr_amount + fx_mrr_amount)::bigint as pause_and_fx,
                round(closing_mrr_amount)::bigint as closing,
                round(100 * logo_churn_rate, 1)::decimal(5, 1) as "logo churn %",
                round(100 * nrr_12m_rate, 1)::decimal(5, 1) as "NRR 12m %"
            from (from marts.mrr_monthly order by activity_month desc limit 6)
            order by activity_month
            """
        ).show(max_width=WIDTH)
