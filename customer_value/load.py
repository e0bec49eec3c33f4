"""load: check the inputs received and make them visible to DuckDB as schema raw.

An input is a file `<name>.parquet`, `.csv`, `.tsv` or `.jsonl` in the raw folder, or a folder `<name>/` of such files. Nothing is
copied: each input becomes a view over its files, each absent optional input an empty view with the contract's types. An absent
optional column is null; a date where the contract wants an instant stays a date, for staging knows in which time zone it is one.
"""

from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property

import duckdb

from customer_value.contract import CONNECTORS, DUCKDB_TYPES, connected, inputs
from customer_value.errors import InputError
from customer_value.files import (
    COPIES,
    SAID,
    files_of,
    folded,
    keep,
    kept,
    literal,
    load_times,
    loaded_at_expression,
    paths_in,
    quoted,
    strangers,
)
from customer_value.readings import BLANKS, EXAMPLES, decided, evidence_of, is_day_only, value_of, with_texts
from customer_value.server import server_of
from customer_value.settings import DUCKDB
from customer_value.terminal import say
from customer_value.vendor_tables import accounts_of, known_within, landed_table, tables_in

WHOLE_NUMBERS = "TINYINT SMALLINT INTEGER BIGINT HUGEINT UTINYINT USMALLINT UINTEGER UBIGINT UHUGEINT".split()
NUMBERS = [*WHOLE_NUMBERS, "FLOAT", "DOUBLE", "DECIMAL"]
TIMESTAMPS = ["TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE", "DATE"]

# The types of a file that hold a type of the contract without loss.
ACCEPTED_TYPES = {
    "string": ["VARCHAR", "ENUM", "UUID", *WHOLE_NUMBERS],
    "timestamp": TIMESTAMPS,
    "date": TIMESTAMPS,
    "month": TIMESTAMPS,
    "double": NUMBERS,
    "boolean": ["BOOLEAN"],
}
# Those that are read as text where they are none of these.
TEXTS = ["VARCHAR", "ENUM", *WHOLE_NUMBERS, "BOOLEAN"]
# What load writes of a row: column and text of what cannot be read.
UNREADABLE = "unreadable_value"


@dataclass(frozen=True)
class ReceivedInput:
    """One input as received: its files as an SQL table expression, what the view selects from them, and what to say of it."""

    name: str
    relation: str | None
    selection: list[str]
    said: list[str] = field(default_factory=list)
    schema: str = "raw"
    # Whether its rows were loaded when their file came, for no column says it.
    is_dated_by_file: bool = False


# What to do about a required column that is absent, where its name alone does not say it.
ADVICE = {
    "loaded_at": "Name the day of the export once: --as-of YYYY-MM-DD. It is kept, and the rows count as loaded when their file came."
}


def near(name, names):
    """A question after the most similar of some names; nothing where none is."""
    found = get_close_matches(folded(name), names, 1, 0.75)
    return f" Is it {found[0]}?" if found else ""


@dataclass(frozen=True)
class Columns:
    """The columns of an input's files beside those of the contract."""

    connection: duckdb.DuckDBPyConnection
    contract: object
    files: object
    relation: str
    # Column of the files -> its type there.
    types: dict
    # Column of the contract -> the column of the files that the company says it is: its part of the var columns.
    renamed: dict

    @cached_property
    def sources(self):
        """Column of the contract -> the column of the files that is called so, letter case and blanks aside."""
        found = {folded(name): name for name in self.types} | {name: name for name in self.types}
        said = {column: found[name] for column, header in self.renamed.items() if (name := self.name_in(found, header))}
        sources = {}
        for column, meta in self.contract.column_metas.items():
            if column in self.renamed:
                names = [said[column]] if column in said else []
            else:
                names = [
                    name for name in [column, *meta.get("also_called", [])] if found.get(name) not in said.values()
                ]
            if name := next((name for name in names if name in found), None):
                sources[column] = found[name]
        return sources

    @staticmethod
    def name_in(found, header):
        """The name under which a header is among some names; None where it is not."""
        return next((name for name in (header, folded(header)) if name in found), None)

    def misnamed(self):
        """What of the var columns is no column, of the contract or of the files, a line each."""
        for column, header in self.renamed.items():
            if column not in self.contract.columns:
                question = near(column, self.contract.columns)
                yield f"var columns: {self.contract.name}: {column}: found no such column of the contract.{question}"
            elif column not in self.sources:
                question = near(header, map(folded, self.types))
                yield f"{self.files.path}: column {header}: found no such column, expected {column} in it by the var columns.{question}"

    def found(self, column):
        """The family of a column's type in the files; None where it is absent."""
        return self.types[self.sources[column]].split("(")[0] if column in self.sources else None

    @cached_property
    def texts(self):
        """Columns of the files that are read as text -> the type that is wanted of them."""
        return {
            self.sources[column]: wanted
            for column, wanted in self.contract.columns.items()
            if (found := self.found(column)) in TEXTS and found not in ACCEPTED_TYPES[wanted]
        }

    def problem(self, column, wanted):
        """What is wrong with a column, in one line; None where it fits. A column without any value fits every type."""
        found, path = self.found(column), self.files.path
        if found is None:
            # What the company names otherwise is said by `misnamed`.
            if column in self.renamed or not self.contract.column_metas[column].get("is_required"):
                return None
            advice = ADVICE.get(column, "Every row needs it: add it, or rename the column that holds it.")
            unknown = [folded(name) for name in self.types if name not in self.sources.values()]
            return f"{path}: column {column}: found no such column, expected one of type {wanted}.{near(column, unknown)} {advice}"
        if found in ACCEPTED_TYPES[wanted] or found in TEXTS:
            return None
        (value_count,) = self.connection.execute(
            f"select count({quoted(self.sources[column])}) from {self.relation}"
        ).fetchone()
        if value_count == 0:
            return None
        return (
            f"{path}: column {column}: found type {found}, expected {wanted}. "
            f"Write the column as {wanted} where the file is made."
        )

    def doubles(self):
        """What is wrong where several headers are one name, in a line."""
        names = [folded(name) for name in self.types]
        twice = sorted({name for name in names if names.count(name) > 1 and name not in self.types})
        if twice:
            return [
                f"{self.files.path}: found {names.count(twice[0])} columns that are called {twice[0]}, expected one of them."
            ]
        return []

    def strangers(self):
        """Columns that are almost called like one of the contract that is absent, a line each."""
        absent = [name for name in self.contract.columns if name not in self.sources and name != UNREADABLE]
        return [
            f"{self.files.path}: column {name}: not one of the input {self.contract.name}, and not read.{question}"
            for name in self.types
            if name not in self.sources.values() and (question := near(name, absent))
        ]


def expression_of(column, wanted, source, found):
    """How a view reads a column: as the contract's type, instants in UTC; null where it is absent or has no values."""
    if found is None or found.split("(")[0] not in ACCEPTED_TYPES[wanted]:
        return f"cast(null as {DUCKDB_TYPES[wanted]}) as {quoted(column)}"
    source = quoted(source)
    if found == "DATE" and wanted == "timestamp":
        return f"{source} as {quoted(column)}"
    if found == "TIMESTAMP WITH TIME ZONE":
        source = f"({source} at time zone 'UTC')"
    if found in ("FLOAT", "DOUBLE"):
        # DuckDB trusts the least and greatest value that a Parquet file states, which NaN is not among: read as it stands,
        # a price of NaN is less than any limit, and not NaN. It knows nothing of what a case gives.
        source = f"(case when {source} is null then null else {source} end)"
    return f"cast({source} as {DUCKDB_TYPES[wanted]}) as {quoted(column)}"


def read_texts(columns):
    """How the columns of text are read: column of the files -> SQL; what to say of them; and what is wrong, a line each."""
    texts, path = columns.texts, columns.files.path
    if not texts:
        return {}, [], []
    relation = with_texts(columns.relation, texts)
    answers, open_questions = decided(path, evidence := evidence_of(columns.connection, relation, texts))
    if open_questions:
        return {}, [], open_questions
    values = {column: value_of(column, wanted, answers.get(column)) for column, wanted in texts.items()}
    counted = ", ".join(
        f"count({quoted(column)}), count({value}), min({quoted(column)}) filter ({value} is null), {is_day_only(column)}"
        for column, value in values.items()
    )
    counts = columns.connection.execute(f"select {counted} from {relation}").fetchone()
    problems, said = [], []
    for n, (column, wanted) in enumerate(texts.items()):
        text_count, value_count, example, is_day = counts[4 * n : 4 * n + 4]
        if text_count and not value_count:
            problems.append(
                f'{path}: column {column}: found "{example}", expected {wanted}, for example {EXAMPLES[wanted]}. '
                f"None of {text_count:,} values can be read: write them so where the file is made."
            )
        elif value_count < text_count:
            said.append(
                f"{path}: column {column}: {text_count - value_count:,} of {text_count:,} values cannot be read as {wanted}, "
                f'for example "{example}": their rows are rejected (unreadable_value).'
            )
        if wanted == "date" or (wanted == "timestamp" and is_day):
            values[column] = f"cast({values[column]} as date)"
    said += [
        f"{path}: column {each.column}: read as {'decimal ' * (each.question == 'decimal')}{answers[each.column]}."
        for each in evidence
        if any(each.counts) or each.both_count
    ]
    return values, said, problems


def unreadable(values, beyond, has_personal_data):
    """What of a row cannot be read, as SQL: column and text, the first characters of it.

    Of an input with personal data the column alone: in a row that is out of step a name may stand in the place of a date.
    """
    conditions = [
        (folded(column), column, f"{quoted(column)} is not null and {value} is null")
        for column, value in values.items()
    ]
    conditions += [("beyond the last column", column, f"{quoted(column)} is not null") for column in beyond]
    shown = "" if has_personal_data else "|| ' = ' || left({}, 40)"
    named = ", ".join(
        f"case when {condition} then {literal(name)} {shown.format(quoted(column))} end"
        for name, column, condition in conditions
    )
    return f"nullif(concat_ws('; ', {named}), '')" if named else "cast(null as varchar)"


def absent(folder, name, schema):
    """What to do where a required input is not there."""
    names = [path.name.split(".")[0] for path in strangers(folder, inputs() if schema == "raw" else ())]
    declared = "models/staging/_sources.yml" if schema == "raw" else f"models/connectors/{schema}/_sources.yml"
    connectors = [
        file.parent.name for file in CONNECTORS.glob("*/_sources.yml") if (folder / file.parent.name).is_dir()
    ]
    advice = (
        f" Or let what is in {folder / connectors[0]} stand in for it by the var connectors (docs/connect.md)."
        if connectors
        else ""
    )
    return (
        f"{folder / name}.parquet: found no such file, expected the required input {name}.{near(name, names)} "
        f"Write it there, or as .csv, .tsv or .jsonl; its columns stand in {declared}.{advice}"
    )


def inspect(connection, settings, contract, as_of="", replaced=(), schema="raw"):
    """One input checked against the contract: the ReceivedInput, or the list of its problems.

    What a connector replaces need not be there; a connector's own tables stand in a folder and a schema of its name.
    """
    raw = settings.raw if schema == "raw" else settings.raw / schema
    files = files_of(raw, contract.name)
    if files is None:
        if contract.required and contract.name not in replaced:
            return [absent(raw, contract.name, schema)]
        selection = [f"cast(null as {DUCKDB_TYPES[t]}) as {quoted(c)}" for c, t in contract.columns.items()]
        return ReceivedInput(contract.name, None, selection, schema=schema)
    try:
        files = files.in_utf8(settings.warehouse.with_name(COPIES))
    except InputError as error:
        return [str(error)]
    renamed = settings.vars["columns"].get(contract.name if schema == "raw" else f"{schema}.{contract.name}") or {}
    try:
        columns = Columns(connection, contract, files, files.relation(), files.types(connection), renamed)
        problems = [
            columns.problem(column, wanted)
            for column, wanted in contract.columns.items()
            if column != "loaded_at" or columns.found(column) or not as_of
        ] + [*columns.misnamed(), *columns.doubles()]
        values, said, unread = read_texts(columns)
        if found := [*filter(None, problems), *unread]:
            return found
    except duckdb.Error as error:
        return [files.unreadable(error)]
    sources, selection = columns.sources, []
    is_dated_by_file = "loaded_at" not in sources
    for column, wanted in contract.columns.items():
        source = sources.get(column)
        if source in values:
            selection.append(f"{values[source]} as {quoted(column)}")
        elif column == UNREADABLE:
            has_personal_data = any(meta.get("is_personal") for meta in contract.column_metas.values())
            unread = unreadable(values, files.beyond_header(columns.types), has_personal_data)
            selection.append(f"{unread} as {quoted(column)}")
        elif column == "loaded_at" and is_dated_by_file:
            times = load_times(raw, settings.warehouse, files.paths)
            read_times = dict(zip(files.read_paths, times.values(), strict=True))
            selection.append(f"{loaded_at_expression(read_times, as_of)} as {quoted(column)}")
        else:
            selection.append(expression_of(column, wanted, source, columns.types.get(source)))
    relation = with_texts(files.relation(is_dated_by_file), values)
    if contract.name in replaced and schema == "raw":
        said = [f"{files.path}: not read, for the var connectors names what stands in for {contract.name}."]
    else:
        said = said + columns.strangers()
    return ReceivedInput(contract.name, relation, selection, said, schema, is_dated_by_file)


def as_landed(connection, settings, vendor, schema, prefix, as_of):
    """The tables of a vendor's account as they were loaded, or what is wrong with each, as `inspect` gives them."""
    forgotten = known_within(forgotten_customers(settings.warehouse), settings.vars, vendor, prefix)
    found = []
    try:
        tables = tables_in(settings.raw / schema)
    except InputError as error:
        return [[str(error)]]
    if not tables:
        return [
            [f"{settings.raw / schema}: found no file, expected the tables of the connector {vendor}. Put them there."]
        ]
    for name, path in tables.items():
        try:
            relation, selection, is_dated = landed_table(connection, settings, schema, path, as_of, forgotten)
        except InputError as error:
            found.append([str(error)])
            continue
        if is_dated and not as_of:
            found.append([f"{path}: nothing says when its rows were loaded. {ADVICE['loaded_at']}"])
        found.append(ReceivedInput(name, relation, selection, schema=schema, is_dated_by_file=is_dated))
    return found


def check_inputs(settings):
    """Every input of the contract as received.

    Raises InputError with one line for each problem: file, column, found, expected and what to do.
    """
    raw = settings.raw
    is_on_server = settings.target != DUCKDB and settings.vars["connectors"]
    if not raw.is_dir() and not is_on_server:
        raise InputError(f"{raw}: found no such folder, expected the inputs. Name it with --raw.")
    variables = settings.vars
    # The day that the numbers are as of, where it is said; nothing where the inputs say it.
    as_of = str(variables["as_of_date"] or settings.as_of)
    replaced, connectors = connected(variables["connectors"])
    check_columns(variables["columns"], connectors)
    if settings.target != DUCKDB:
        # Connectors read there what the loader has written there.
        connectors = {}
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        found = [inspect(connection, settings, contract, as_of, replaced) for contract in inputs().values()]
        found += [
            inspect(connection, settings, table, as_of, schema=folder)
            for folder, tables in connectors.items()
            for table in (tables or {}).values()
        ]
        for folder in (folder for folder, tables in connectors.items() if tables is None):
            for schema, prefix in accounts_of(variables, folder).items():
                found += as_landed(connection, settings, folder, schema, prefix, as_of)
    problems = [problem for item in found if isinstance(item, list) for problem in item]
    if problems:
        raise InputError("\n".join(problems))
    keep_day(settings, as_of if any(item.is_dated_by_file for item in found) else None)
    return found


def check_columns(columns, connectors):
    """Raises InputError where the var columns names a table that is not read, or is no mapping of names for it."""
    tables = [f"{folder}.{name}" for folder, tables in connectors.items() for name in tables or {}]
    known, problems = [*inputs(), *tables], []
    for table, renamed in columns.items():
        if table not in known:
            found = get_close_matches(str(table), known, 1, 0.6)
            question = f" Is it {found[0]}?" if found else ""
            problems.append(
                f"var columns: {table}: found no such table among those that are read.{question} "
                "A connector's table is named by its folder, plain.subscriptions, and read where the var connectors names it."
            )
        elif not isinstance(renamed, dict) or not all(isinstance(each, str) for each in renamed.values()):
            problems.append(
                f'var columns: {table}: expected names of the file\'s columns, for example {{customer_id: "Kunde"}}.'
            )
    if problems:
        raise InputError("\n".join(problems))


def keep_day(settings, as_of):
    """Keep the as-of day of a company whose files alone say when they came: it holds until another one is named.

    Raises InputError where the inputs say it themselves now: the day that was kept must not hold them back.
    """
    known = kept(settings.warehouse)
    if as_of:
        keep(settings.warehouse, known | {"as_of_date": as_of})
    elif known.pop("as_of_date", None):
        keep(settings.warehouse, known)
        raise InputError(
            f"{settings.raw}: every input has the column loaded_at now: the as-of day that was kept ({settings.as_of}) is "
            "forgotten. Run again."
        )


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
    forgotten = f"trim(customer_id, {BLANKS}) in ({ids})"
    replaced = (f"case when {forgotten} then null else {quoted(c)} end as {quoted(c)}" for c in kept)
    return f"* replace ({', '.join(replaced)})"


def selection_of(contract, forgotten):
    """What a view selects of an input: personal columns are null where their customer is forgotten."""
    personal = [column for column, meta in contract.column_metas.items() if meta.get("is_personal")]
    return without_personal(contract.columns, personal, forgotten)


def create_views(connection, received_inputs, forgotten=()):
    """Make the inputs visible as schema raw, in one transaction, without personal data of customers that are forgotten."""
    connection.execute("begin")
    for received in received_inputs:
        source = f"from {received.relation}" if received.relation else "where false"
        selection = selection_of(inputs()[received.name], forgotten) if received.schema == "raw" else "*"
        connection.execute(f"create schema if not exists {quoted(received.schema)}")
        connection.execute(
            f"create or replace view {quoted(received.schema)}.{quoted(received.name)} as select {selection} "
            f"from (select {', '.join(received.selection)} {source}) as received"
        )
    connection.execute("commit")


def linked(raw):
    """The files that the folders in a raw folder have links to: they are read there."""
    return {path.resolve() for folder in paths_in(raw) for path in paths_in(folder) if path.is_symlink()}


def load(settings):
    """Check the inputs and create the views in the warehouse.

    Raises InputError before the warehouse is opened where an input does not meet the contract, and where another
    process holds the warehouse.
    """
    server = server_of(settings)
    if server:
        server.require()
        if schema := settings.vars["raw_schema"]:
            settings.warehouse.parent.mkdir(parents=True, exist_ok=True)
            duckdb.connect(str(settings.warehouse)).close()
            say(f"{schema}: the inputs are read there by the var raw_schema: nothing is copied.")
            return
    received_inputs = check_inputs(settings)
    strange = [
        f"{path}: named after no input, and not read.{near(path.name.split('.')[0], inputs())}"
        for path in strangers(settings.raw, inputs())
        if path.name != SAID and path.resolve() not in linked(settings.raw)
    ]
    for line in strange + [line for received in received_inputs for line in received.said]:
        say(line)
    settings.warehouse.parent.mkdir(parents=True, exist_ok=True)
    for copy in paths_in(settings.warehouse.with_name(COPIES)):
        if not any(str(copy) in (received.relation or "") for received in received_inputs):
            copy.unlink()
    try:
        with duckdb.connect(str(settings.warehouse)) as connection:
            require_mirror(settings, connection)
            create_views(connection, received_inputs, forgotten_customers(settings.warehouse))
    except duckdb.IOException as error:
        raise InputError(
            f"{settings.warehouse}: cannot be opened for writing ({str(error).splitlines()[0]}). "
            "Only the build opens the warehouse: close what reads it, and read the published file instead."
        ) from None
    if server:
        counts = server.load()
        say(
            f"{settings.schema}_raw: {sum(counts.values()):,} rows of {len(counts)} inputs copied for target {settings.target}."
        )


def require_mirror(settings, connection):
    """Raise InputError where the file that is to mirror a server is the one that DuckDB builds in."""
    built = "select count(*) from duckdb_views() where database_name = current_database() and schema_name = 'staging'"
    if settings.target != DUCKDB and connection.execute(built).fetchone()[0]:
        raise InputError(
            f"{settings.warehouse}: found the warehouse that DuckDB builds in, expected one of its own for target {settings.target}. "
            "Name another file with --warehouse, or none."
        )
