"""The server that a target builds in, where it is one.

What a server is asked for, by its methods: `require` that it has what is needed, `lock` it against other runs, `load` the inputs into it,
`mirror` a build of it in the warehouse, answer with the `rows` of a query, `record` build metadata, `stage` a publication, `switch` readers
to it and `settle` one that was left half way, and `forget` a person. customer_value/postgres.py says how Postgres does.
"""

from customer_value.settings import DUCKDB


def server_of(settings):
    """The server of a run; None on DuckDB. Raises InputError where its driver is not installed."""
    if settings.target == DUCKDB:
        return None
    from customer_value.postgres import Postgres

    return Postgres.of(settings)
