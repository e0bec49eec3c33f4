"""The server that a target builds in, where it is one.

What a server is asked for, by its methods: `require` that it has what is needed, `lock` it against other runs, `load` the inputs into it,
`mirror` a build of it in the warehouse, answer with the `rows` of a query, `record` build metadata, `stage` a publication, `switch` readers
to it and `settle` one that was left half way, and `forget` a person.
customer_value/postgres.py says how Postgres does, customer_value/spark.py how Spark.
"""

import json
from importlib.util import find_spec

from customer_value.errors import InputError
from customer_value.settings import DUCKDB, SPARK

# Of a build, beside its marts and its metadata: what the summary, the notes and the erasure of a person look up.
MIRRORED = {
    "staging": ["run_settings", "stg_customers", "stg_marketing_spend", "stg_model_scores"],
    "intermediate": ["int_subscription_items", "int_feature_uses"],
    "definitions": ["features", "health_overrides"],
    "history": ["build_metadata"],
}


def server_of(settings):
    """The server of a run; None on DuckDB. Raises InputError where its driver is not installed."""
    if settings.target == DUCKDB:
        return None
    if settings.target == SPARK:
        from customer_value.spark import Spark

        return Spark.of(settings)
    from customer_value.postgres import Postgres

    return Postgres.of(settings)


def require_packages(target, driver, *packages):
    """Raise InputError where a package is not installed that a target needs: dbt's adapter, and the driver, in words."""
    missing = [name for name in packages if find_spec(name) is None]
    if missing:
        raise InputError(
            f"target {target}: found no {missing[0]}, expected dbt's adapter and {driver}. "
            f"Install them: pip install 'customer-value[{target}]'."
        )


def models_of(warehouse):
    """The models that dbt has read for the last build, by name. Raises OSError and ValueError where it did not come to write them."""
    nodes = json.loads((warehouse.parent / "target" / "manifest.json").read_text())["nodes"].values()
    return {node["name"]: node for node in nodes if node["resource_type"] == "model"}


def mart_types(models):
    """The types of the marts' columns by their contracts, by mart and column."""
    names = {"string": "VARCHAR"}
    return {
        name: {column: names.get(each["data_type"], each["data_type"]) for column, each in node["columns"].items()}
        for name, node in models.items()
        if node["path"].startswith("marts/")
    }


def column_types(connection, database, schema, table):
    """The columns of a table of an attached file, with their types and comments."""
    return connection.execute(
        "select column_name, data_type, comment from duckdb_columns() "
        "where database_name = ? and schema_name = ? and table_name = ? order by column_index",
        [database, schema, table],
    ).fetchall()


def first_line(error):
    """What an error says, in a line."""
    return (str(error).splitlines() or [type(error).__name__])[0]
