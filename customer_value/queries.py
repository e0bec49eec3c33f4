"""Queries of DuckDB files that may be absent, or of an earlier version."""

from contextlib import contextmanager

import duckdb

from customer_value.load import literal, quoted

# Files that are opened for several queries, and the connection of each.
connections = {}
UNREADABLE = (duckdb.CatalogException, duckdb.BinderException, duckdb.IOException)


def dictionaries(found):
    """The rows of a query that was executed, as dictionaries by the names of its columns."""
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@contextmanager
def opened(file):
    """A read-only connection for all queries of a DuckDB file while this lasts: opening takes longer than most queries do.

    None where the file cannot be read. A warehouse that is opened cannot be written to.
    """
    if file in connections or not file.exists():
        yield connections.get(file)
        return
    with duckdb.connect() as connection:
        try:
            connection.execute(f"attach {literal(file)} as {quoted(file.stem)} (read_only)")
            connection.execute(f"use {quoted(file.stem)}")
        except UNREADABLE:
            yield None
            return
        connections[file] = connection
        try:
            yield connection
        finally:
            del connections[file]


def rows_of(file, query):
    """Rows of a DuckDB file as dictionaries; none where the file cannot be read, or lacks what the query reads."""
    with opened(file) as connection:
        try:
            return dictionaries(connection.execute(query)) if connection else []
        except UNREADABLE:
            return []
