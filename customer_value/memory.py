"""What builds tell those that come after them: the table build_memory of the warehouse, and which build it holds.

dbt's hooks (macros/build_memory.sql) write which build passed; check and publish write which passed theirs.
"""

import duckdb

from customer_value.load import literal


def build_of(connection, database):
    """The build that an attached warehouse holds and its as-of day; None where there is none."""
    try:
        return connection.execute(f"select build_id, as_of_date from {database}.staging.run_settings").fetchone()
    except duckdb.CatalogException:
        return None


def remembered(connection, database, kind):
    """The values of a kind in an attached warehouse."""
    try:
        rows = connection.execute(f"select value from {database}.main.build_memory where kind = ?", [kind]).fetchall()
    except duckdb.CatalogException:
        return set()
    return {value for (value,) in rows}


def remember(warehouse, kind, value, only=False):
    """Add a value of a kind to a warehouse that dbt has built; in place of the others of its kind where it is the only one."""
    with duckdb.connect() as connection:
        connection.execute(f"attach {literal(warehouse)} as warehouse")
        if not remembered(connection, "warehouse", "incremental_definition"):
            return
        if only:
            connection.execute("delete from warehouse.main.build_memory where kind = ?", [kind])
        if value not in remembered(connection, "warehouse", kind):
            connection.execute("insert into warehouse.main.build_memory values (?, ?)", [kind, value])
