"""load: check the inputs received and make them visible to DuckDB as schema raw.

An input is `<name>.parquet` in the raw folder, or a folder `<name>/` of Parquet files. Nothing is copied: each input
becomes a view over its files, each absent optional input an empty view with the contract's types. An absent optional column is
null; a date where the contract wants an instant stays a date, for staging knows in which time zone it is one.
"""

from dataclasses import dataclass

import duckdb

from customer_value.contract import DUCKDB_TYPES, inputs
from customer_value.errors import InputError

NUMBERS = (
    "TINYINT SMALLINT INTEGER BIGINT HUGEINT UTINYINT USMALLINT UINTEGER UBIGINT UHUGEINT FLOAT DOUBLE DECIMAL".split()
)
TIMESTAMPS = ["TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE", "DATE"]

# The types of a file that hold a type of the contract without loss.
ACCEPTED_TYPES = {
    "string": ["VARCHAR", "ENUM", "UUID"],
    "timestamp": TIMESTAMPS,
    "date": TIMESTAMPS,
    "double": NUMBERS,
    "boolean": ["BOOLEAN"],
}


def quoted(name):
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text):
    """A text as an SQL string."""
    return "'" + str(text).replace("'", "''") + "'"


@dataclass(frozen=True)
class ReceivedInput:
    """One input as received: its files as an SQL table expression, and what the view selects from them."""

    name: str
    relation: str | None
    selection: list[str]


def relation_of(raw, name):
    """The SQL table expression over an input's files, and the path to name in messages; None where it is absent.

    Raises InputError where a folder is empty, or the input is there as a file and as a folder.
    """
    file, folder = raw / f"{name}.parquet", raw / name
    if file.exists() and folder.exists():
        raise InputError(f"{name}: found {file} and {folder}, expected one of them. Remove what is out of date.")
    if folder.is_dir() and not any(folder.rglob("*.parquet")):
        raise InputError(f"{folder}: found no Parquet file, expected at least one. Add it, or remove the folder.")
    if not file.exists() and not folder.exists():
        return None, None
    pattern = file if file.exists() else folder / "**" / "*.parquet"
    return f"read_parquet({literal(pattern)}, union_by_name = true, hive_partitioning = false)", pattern


# What to do about a required column that is absent, where its name alone does not say it.
ADVICE = {"loaded_at": "Add it: when each row reached you, for example the time of the export, alike in all its rows."}


def column_problem(connection, relation, path, column, wanted, found, is_required):
    """What is wrong with a column, in one line; None where it fits. A column without any value fits every type."""
    if found is None:
        if not is_required:
            return None
        advice = ADVICE.get(column, "Every row needs it: add it, or rename the column that holds it.")
        return f"{path}: column {column}: found no such column, expected one of type {wanted}. {advice}"
    family = found.split("(")[0]
    if family in ACCEPTED_TYPES[wanted]:
        return None
    (value_count,) = connection.execute(f"select count({quoted(column)}) from {relation}").fetchone()
    if value_count == 0:
        return None
    return (
        f"{path}: column {column}: found type {found}, expected {wanted}. "
        f"Write the column as {wanted} where the file is made."
    )


def expression_of(column, wanted, found):
    """How a view reads a column: as the contract's type, instants in UTC; null where it is absent or has no values."""
    if found is None or found.split("(")[0] not in ACCEPTED_TYPES[wanted]:
        return f"cast(null as {DUCKDB_TYPES[wanted]}) as {quoted(column)}"
    source = quoted(column)
    if found == "DATE" and wanted == "timestamp":
        return source
    if found == "TIMESTAMP WITH TIME ZONE":
        source = f"({source} at time zone 'UTC')"
    if found in ("FLOAT", "DOUBLE"):
        # DuckDB trusts the least and greatest value that a Parquet file states, which NaN is not among: read as it stands,
        # a price of NaN is less than any limit, and not NaN. It knows nothing of what a case gives.
        source = f"(case when {source} is null then null else {source} end)"
    return f"cast({source} as {DUCKDB_TYPES[wanted]}) as {quoted(column)}"


def inspect(connection, raw, contract):
    """One input checked against the contract: the ReceivedInput, or the list of its problems."""
    relation, path = relation_of(raw, contract.name)
    if relation is None:
        if contract.required:
            return [
                f"{raw / contract.name}.parquet: found no such file, expected the required input {contract.name}. "
                "Write it there; its columns stand in models/staging/_sources.yml."
            ]
        selection = [f"cast(null as {DUCKDB_TYPES[t]}) as {quoted(c)}" for c, t in contract.columns.items()]
        return ReceivedInput(contract.name, None, selection)
    try:
        described = connection.execute(f"describe select * from {relation}").fetchall()
        types = {name: type_name for name, type_name, *_ in described}
        problems = [
            column_problem(
                connection,
                relation,
                path,
                column,
                wanted,
                types.get(column),
                contract.column_metas[column].get("is_required"),
            )
            for column, wanted in contract.columns.items()
        ]
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        return [f"{path}: found a file that cannot be read ({reason}), expected Parquet. Write it again."]
    if any(problems):
        return [problem for problem in problems if problem]
    selection = [expression_of(column, wanted, types.get(column)) for column, wanted in contract.columns.items()]
    return ReceivedInput(contract.name, relation, selection)


def check_inputs(raw):
    """Every input of the contract as received.

    Raises InputError with one line for each problem: file, column, found, expected and what to do.
    """
    if not raw.is_dir():
        raise InputError(f"{raw}: found no such folder, expected the inputs. Name it with --raw.")
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        found = [inspect(connection, raw, contract) for contract in inputs().values()]
    problems = [problem for item in found if isinstance(item, list) for problem in item]
    if problems:
        raise InputError("\n".join(problems))
    return found


def forgotten_file(warehouse):
    """The list of the customers that are forgotten, an id a line, beside the warehouse."""
    return warehouse.with_name("forgotten_customers.txt")


def forgotten_customers(warehouse):
    """The ids of the customers whose personal data must not come back (customer_value/forget.py)."""
    file = forgotten_file(warehouse)
    return set(file.read_text().splitlines()) if file.exists() else set()


def without_personal(columns, personal, customer_ids):
    """What to select of a table with these columns so that the personal ones of some customers are null."""
    kept = [column for column in personal if column in columns]
    if not customer_ids or not kept or "customer_id" not in columns:
        return "*"
    ids = ", ".join(map(literal, sorted(customer_ids)))
    # Files may have blanks around an id, which staging takes off.
    forgotten = f"trim(customer_id, ' ' || chr(9) || chr(10) || chr(13) || chr(160)) in ({ids})"
    replaced = (f"case when {forgotten} then null else {quoted(c)} end as {quoted(c)}" for c in kept)
    return f"* replace ({', '.join(replaced)})"


def selection_of(contract, forgotten):
    """What a view selects of an input: personal columns are null where their customer is forgotten."""
    personal = [column for column, meta in contract.column_metas.items() if meta.get("is_personal")]
    return without_personal(contract.columns, personal, forgotten)


def create_views(connection, received_inputs, forgotten=()):
    """Make the inputs visible as schema raw, in one transaction, without personal data of customers that are forgotten."""
    connection.execute("begin")
    connection.execute("create schema if not exists raw")
    for received in received_inputs:
        source = f"from {received.relation}" if received.relation else "where false"
        connection.execute(
            f"create or replace view raw.{quoted(received.name)} as select {selection_of(inputs()[received.name], forgotten)} "
            f"from (select {', '.join(received.selection)} {source}) as received"
        )
    connection.execute("commit")


def load(settings):
    """Check the inputs and create the views in the warehouse.

    Raises InputError before the warehouse is opened where an input does not meet the contract, and where another
    process holds the warehouse.
    """
    received_inputs = check_inputs(settings.raw)
    settings.warehouse.parent.mkdir(parents=True, exist_ok=True)
    try:
        with duckdb.connect(str(settings.warehouse)) as connection:
            create_views(connection, received_inputs, forgotten_customers(settings.warehouse))
    except duckdb.IOException as error:
        raise InputError(
            f"{settings.warehouse}: cannot be opened for writing ({str(error).splitlines()[0]}). "
            "Only the build opens the warehouse: close what reads it, and read the published file instead."
        ) from None
