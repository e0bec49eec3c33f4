"""Tables of a vendor as a loader wrote them into raw/<vendor>/: every file or folder a view of all its columns.

No contract says what they hold: text stays text, names are in small letters with an underscore for whatever stands between, and
the connector's models look up what is there. Rows whose loader does not say when they were loaded have the time of their file.
"""

import re

import duckdb

from customer_value.errors import InputError
from customer_value.files import (
    files_at,
    format_of,
    literal,
    load_times,
    loaded_at_expression,
    paths_in,
    quoted,
)

# Columns by which loaders say when a row was loaded (macros/vendor_tables.sql, landed_at), or which load it belongs to; and by which
# trackers that write into a warehouse themselves say when an event arrived (macros/tracked_usage.sql, arrived_at).
LOADERS = ("_airbyte_", "_fivetran_", "_dlt_", "_sdc_", "_last_synced_at", "loaded_at", "inserted_at")
LOADERS += ("received_at", "receivedat", "uuid_ts", "bq_ingested_timestamp", "_inserted_at", "server_upload_time")
# What vendors know of a person, by the names of columns, and the columns that may hold its customer's id.
PERSONAL = re.compile(
    r"(propert(y|ies)_)?((customer_)?(first_?|last_?|full_)?name|company|description|email|cc_emails|phone|contacts|username|vat_number"
    r"|domain|website|subject|title|raw_subject|(billing_|shipping_)?address.*|shipping.*|metadata.*)"
)
CUSTOMER_IDS = re.compile(
    r"customer|account_code|code|id|external_id|master_record_id|(propert(y|ies)_)?(\w+_)?(customer|account)_?id(__c)?"
)
# What holds an object's own columns as one of JSON: its id may stand within.
NESTED = re.compile(r"properties|custom_(attributes|fields)|metadata")


def landed_name(text):
    """A table or column as the connectors name it; underscores of loaders stay."""
    return re.sub(r"\W+", "_", text.strip().lower()).rstrip("_")


def accounts_of(variables, vendor):
    """The schema of each account of a vendor, which is its folder in the raw folder, too -> what stands before its ids.

    Raises InputError where an account has none; what else may be wrong with the var <vendor>_sources dbt says (macros/check_vars.sql).
    """
    accounts = variables.get(f"{vendor}_sources") or [{"schema": vendor}]
    for each in accounts:
        if not isinstance(each, dict) or not each.get("schema"):
            raise InputError(
                f"var {vendor}_sources: found {each}, expected a schema for each account, for example "
                f"[{{schema: {vendor}_eu, prefix: eu_}}, {{schema: {vendor}_us, prefix: us_}}]."
            )
    return {str(each["schema"]): str(each.get("prefix") or "") for each in accounts}


def known_within(forgotten, variables, vendor, prefix):
    """The ids by which a vendor's tables know customers that are forgotten.

    An account's own ids have no prefix; other systems may hold them with it or without.
    """
    if variables.get(f"{vendor}_sources"):
        return {each.removeprefix(prefix) for each in forgotten if each.startswith(prefix)}
    named = [name.removesuffix("_sources") for name in variables if name.endswith("_sources")]
    prefixes = [each for name in named for each in accounts_of(variables, name).values()]
    return {each.removeprefix(start) for each in forgotten for start in ["", *prefixes] if each.startswith(start)}


def tables_in(folder):
    """The tables that were loaded in a vendor's folder: name -> path.

    Raises InputError where one is there twice.
    """
    tables = {}
    for path in paths_in(folder):
        if path.is_dir() or format_of(path):
            name = landed_name(path.name.split(".")[0])
            if name in tables:
                raise InputError(
                    f"{name}: found {tables[name]} and {path}, expected one of them. Remove what is out of date."
                )
            tables[name] = path
    return tables


def without_forgotten(columns, forgotten):
    """The columns of a table as SQL, those with personal data null where their customer is forgotten."""
    ids = ", ".join(map(literal, sorted(forgotten)))
    within = literal(rf'[":\s]({"|".join(re.escape(each) for each in sorted(forgotten))})[\\",}}\s]')
    keys = [
        f"cast({quoted(source)} as varchar) in ({ids})"
        for name, source in columns.items()
        if CUSTOMER_IDS.fullmatch(name)
    ]
    keys += [
        f"coalesce(regexp_matches(cast(to_json({quoted(source)}) as varchar), {within}), false)"
        for name, source in columns.items()
        if NESTED.fullmatch(name)
    ]
    for name, source in columns.items():
        is_hidden = keys and forgotten and (PERSONAL.fullmatch(name) or NESTED.fullmatch(name))
        value = f"case when {' or '.join(keys)} then null else {quoted(source)} end" if is_hidden else quoted(source)
        yield f"{value} as {quoted(name)}"


def landed_table(connection, settings, schema, path, as_of, forgotten):
    """A view's relation, its selection, and whether its rows are dated by their file.

    Raises InputError where its files cannot be read.
    """
    files = files_at(path)
    try:
        sources = files.types(connection)
    except duckdb.Error as error:
        raise InputError(files.unreadable(error)) from None
    columns = {}
    for source in sources:
        columns.setdefault(landed_name(source), source)
    is_dated_by_file = not any(name.startswith(LOADERS) for name in columns)
    selection = list(without_forgotten(columns, forgotten))
    if is_dated_by_file:
        times = load_times(settings.raw / schema, settings.warehouse, files.paths)
        selection.append(
            f"{loaded_at_expression(times, as_of)} as loaded_at" if as_of else "cast(null as timestamp) as loaded_at"
        )
    return files.relation(is_dated_by_file), selection, is_dated_by_file
