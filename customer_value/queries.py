"""Queries of DuckDB files that may be absent, or of an earlier version."""

import duckdb

from customer_value.load import literal, quoted


def dictionaries(found):
    """The rows of a query that was executed, as dictionaries by the names of its columns."""
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def rows_of(file, query):
    """Rows of a DuckDB file as dictionaries; none where the file cannot be read, or lacks what the query reads."""
    if not file.exists():
        return []
    with duckdb.connect() as connection:
        try:
            connection.execute(f"attach {literal(file)} as {quoted(file.stem)} (read_only)")
            connection.execute(f"use {quoted(file.stem)}")
            return dictionaries(connection.execute(query))
        except (duckdb.CatalogException, duckdb.BinderException, duckdb.IOException):
            return []
