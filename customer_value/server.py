"""The server that a target builds in, where it is one.

What a server is asked for, by its methods: `require` that it has what is needed, `lock` it against other runs, `load` the inputs into it,
`mirror` a build of it in the warehouse, answer with the `rows` of a query, `record` build metadata, `stage` a publication, `switch` readers
to it and `settle` one that was left half way, and `forget` a person.
customer_value/postgres.py says how Postgres does, customer_value/spark.py how Spark.
"""

import json

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


def mart_types(manifest):
    """The types of the marts' columns by their contracts, by mart and column."""
    nodes = json.loads(manifest.read_text())["nodes"].values()
    names = {"string": "VARCHAR"}
    return {
        node["name"]: {
            column: names.get(each["data_type"], each["data_type"]) for column, each in node["columns"].items()
        }
        for node in nodes
        if node["resource_type"] == "model" and node["path"].startswith("marts/")
    }
