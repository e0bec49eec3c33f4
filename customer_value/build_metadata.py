"""Build metadata: the table history.build_metadata of the warehouse, and which build the warehouse holds.

dbt's hooks (macros/build_metadata.sql) record which build passed; check and publish record which passed theirs.
"""

import duckdb

from customer_value.load import literal
from customer_value.server import server_of


def build_of(connection, database):
    """The build that an attached warehouse holds and its as-of day; None where there is none."""
    try:
        return connection.execute(f"select build_id, as_of_date from {database}.staging.run_settings").fetchone()
    except duckdb.CatalogException:
        return None


def recorded(connection, database, kind):
    """The values of a kind in an attached warehouse."""
    try:
        rows = connection.execute(
            f"select value from {database}.history.build_metadata where kind = ?", [kind]
        ).fetchall()
    except duckdb.CatalogException:
        return set()
    return {value for (value,) in rows}


def record(settings, kind, *values, keep=False):
    """Put values of a kind into a warehouse that dbt has built: in place of those that it holds, or beside them (`keep`)."""
    if server := server_of(settings):
        server.record(kind, values, keep)
    if settings.warehouse.exists():
        record_in(settings.warehouse, kind, values, keep)


def record_in(warehouse, kind, values, keep):
    """The same of a file."""
    with duckdb.connect() as connection:
        connection.execute(f"attach {literal(warehouse)} as warehouse")
        if not recorded(connection, "warehouse", "incremental_definition"):
            return
        known = recorded(connection, "warehouse", kind) if keep else set()
        connection.begin()
        if not keep:
            connection.execute("delete from warehouse.history.build_metadata where kind = ?", [kind])
        for value in values:
            if value not in known:
                connection.execute("insert into warehouse.history.build_metadata values (?, ?)", [kind, value])
        connection.commit()
