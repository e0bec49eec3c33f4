"""init: a new company in one command: its folder, its own vars, what its files are, the first run and the first report.

What nobody can guess is asked for, or taken by flags. Columns of a plain table are guessed by their names, else by what they hold, and
shown for approval: what was guessed stands in company.yml, where it can be changed.
"""

import os
import sys
from difflib import get_close_matches
from pathlib import Path

import click
import duckdb
import yaml

from customer_value.contract import CONNECTORS, inputs, tables_of
from customer_value.errors import BuildError, InputError
from customer_value.files import files_of, folded, format_of, name_of, quoted, strangers
from customer_value.readings import decided, evidence_of, value_of
from customer_value.settings import VARS_FILE, Settings, project_vars, said

# A plain table -> the models that read it, by the inputs that they stand in for.
MODELS = {
    "subscriptions": {"subscription_changes": "plain_subscription_changes"},
    "bills": {
        "subscription_changes": "plain_billed_subscription_changes",
        "invoice_lines": "plain_invoice_lines",
    },
    "events": {"usage_events": "plain_usage_events"},
}
# What a plain table cannot be read without: one column of each group.
NEEDED = {
    "subscriptions": [["customer_id"], ["started_at"], ["mrr_amount", "unit_amount"]],
}
# A column holds days or numbers where at least this share of its values can be read so.
LEAST_SHARE = 0.9
EXAMPLE_LENGTH = 20


def plain_tables():
    """The plain tables by name."""
    return tables_of(CONNECTORS / "plain" / "_sources.yml")


def is_id(header):
    """Whether a header says that its numbers are no amounts."""
    return folded(header).endswith(("id", "nr", "no", "number", "key"))


class Table:
    """A file that may be a plain table: its columns, and what each of them holds."""

    def __init__(self, file):
        self.file = file
        self.files = files_of(file.parent, name_of(file))
        if self.files is None or not format_of(file):
            raise InputError(f"{file}: found no file of data, expected CSV, TSV, JSON lines or Parquet.")
        self.relation = self.files.relation()
        self.connection = duckdb.connect()
        try:
            self.types = self.files.types(self.connection)
        except duckdb.Error as error:
            raise InputError(self.files.unreadable(error)) from None

    def example(self, column):
        """A value of a column."""
        value = self.connection.execute(
            f"select {quoted(column)} from {self.relation} where {quoted(column)} is not null limit 1"
        ).fetchone()
        return str(value[0])[:EXAMPLE_LENGTH] if value else ""

    def holds(self, column, wanted):
        """Whether a column holds days or numbers."""
        kind = self.types[column]
        if kind != "VARCHAR":
            is_time = kind.startswith(("DATE", "TIMESTAMP"))
            return is_time if wanted == "date" else not is_time and kind != "BOOLEAN"
        (evidence,) = evidence_of(self.connection, self.relation, {column: wanted})
        answers, _ = decided(self.file, [evidence])
        # Where both readings are open, either can be read.
        value = value_of(column, wanted, answers[column] or ("day first" if wanted == "date" else "comma"))
        all_count, count = self.connection.execute(
            f"select count({quoted(column)}), count({value}) from {self.relation}"
        ).fetchone()
        return count > 0 and count >= LEAST_SHARE * all_count

    def mapping(self, contract):
        """Column of the contract -> header and how it was found: by its name, by a like name, or by what it holds."""
        found = {}
        left = {folded(name): name for name in self.types}
        metas = {column: meta for column, meta in contract.column_metas.items() if not meta.get("is_of_the_load")}
        for column, meta in metas.items():
            if name := next((each for each in [column, *meta.get("also_called", [])] if each in left), None):
                found[column] = (left.pop(name), "name")
        for column, meta in metas.items():
            names = [column, *meta.get("also_called", [])]
            near = next((near for each in names if (near := get_close_matches(each, left, 1, 0.85))), None)
            if column not in found and near and column != "loaded_at":
                found[column] = (left.pop(near[0]), "like name")
        for column, header in self.guesses(contract, found, list(left.values())):
            found[column] = (header, "content")
        return found

    def guesses(self, contract, found, left):
        """What the columns that are left may be, by what they hold: days in their order, a number, and the customer."""
        days = [name for name in left if self.holds(name, "date") and not self.holds_plain_numbers(name)]
        numbers = [name for name in left if name not in days and not is_id(name) and self.holds(name, "double")]
        ids = [name for name in left if is_id(name)]
        texts = [name for name in left if name not in days + numbers + ids]
        times = [
            name for name, kind in contract.columns.items() if kind in ("date", "timestamp") and name != "loaded_at"
        ]
        # A start is known more often than an end, and comes before it.
        days.sort(
            key=lambda name: self.connection.execute(f"select -count({quoted(name)}) from {self.relation}").fetchone()[
                0
            ]
        )
        yield from zip([name for name in times if name not in found], days, strict=False)
        amounts = [name for name in ("mrr_amount", "unit_amount", "amount") if name in contract.columns]
        if amounts and not set(amounts) & found.keys() and numbers:
            # What is counted, as seats, stands before what is paid more often than behind it.
            yield amounts[0], numbers[-1]
            numbers = numbers[:-1]
        # Of texts the customer is the one that differs most, and not a plan; of ids the one that repeats, and not the row's own.
        if "customer_id" not in found and texts:
            yield "customer_id", max(texts, key=self.value_count)
        elif "customer_id" not in found and ids:
            yield "customer_id", min(ids, key=self.value_count)

    def value_count(self, column):
        """How many different values a column has."""
        return self.connection.execute(f"select count(distinct {quoted(column)}) from {self.relation}").fetchone()[0]

    def holds_plain_numbers(self, column):
        """Whether a column's values are digits alone: 20260331 may be an amount or an id, and is not taken for a day."""
        return (
            self.types[column] == "VARCHAR"
            and not self.connection.execute(
                f"select count(*) from {self.relation} where regexp_matches({quoted(column)}, '[^0-9 ]')"
            ).fetchone()[0]
        )


def likely(folder):
    """The file of a raw folder that has the columns of a plain table by their names; None where none has."""
    contract = plain_tables()["subscriptions"]
    for file in strangers(folder, inputs()):
        if file.suffix == ".json":
            continue
        found = {column for column, (_, how) in Table(file).mapping(contract).items() if how == "name"}
        if all(found.intersection(group) for group in NEEDED["subscriptions"]):
            return file
    return None


def place(raw, name, file):
    """Put a file where the connector reads it: raw/plain/<name>, a link to it, so that the next export is seen."""
    table = raw / "plain" / (name + "".join(file.suffixes))
    if table.resolve() == file.resolve():
        return
    if found := files_of(raw / "plain", name):
        raise InputError(f"{found.path}: is there already. Remove it, or leave out --{name}.")
    table.parent.mkdir(parents=True, exist_ok=True)
    table.symlink_to(os.path.relpath(file, table.parent) if file.is_relative_to(raw) else file)


def columns_of(name, table):
    """The var columns for a plain table, and lines that show how each of its columns is read."""
    found = table.mapping(plain_tables()[name])
    if missing := [" or ".join(group) for group in NEEDED.get(name, []) if not found.keys() & set(group)]:
        raise InputError(
            f"{table.file}: found {', '.join(table.types)}, of which none can be {' and '.join(missing)}. Name the columns in "
            f"{VARS_FILE}: columns: {{plain.{name}: {{{missing[0].split()[0]}: <header>}}}}."
        )
    lines = [
        f"  {column:<18} {header}  ({how if how == 'name' else 'GUESSED by its ' + how}; for example {table.example(header)})"
        for column, (header, how) in found.items()
    ]
    unread = [name for name in table.types if name not in {header for header, _ in found.values()}]
    return {column: header for column, (header, how) in found.items() if how != "name"}, [
        *lines,
        *([f"  not read: {', '.join(unread)}"] if unread else []),
    ]


class Questions:
    """What is asked for: taken from flags, else asked where somebody can answer, else the error that names the flag."""

    def __init__(self, given, known, yes):
        self.given, self.known = given, known
        self.can_ask = sys.stdin.isatty() and not yes

    def answer(self, var, flag, question, default=None):
        """The value of a var; `default` where nobody can be asked."""
        value = self.given.get(flag)
        if value is not None:
            if var in self.known and self.known[var] != value:
                raise InputError(
                    f"{VARS_FILE}: var {var}: found {said(self.known[var])} and --{flag.replace('_', '-')} {value}. "
                    "Change it in the file, or leave the flag out."
                )
            return value
        if var in self.known:
            return self.known[var]
        if self.can_ask:
            return click.prompt(question, default=default, type=type(project_vars()[var]))
        if default is None:
            raise InputError(f"--{flag.replace('_', '-')}: nobody can guess it. {question}")
        return default

    def approve(self, question):
        """Go on, or not."""
        if self.can_ask and not click.confirm(question, default=True):
            raise InputError(f"Nothing was run. Change {VARS_FILE}, then call init again.")


def has_column(raw, name, column):
    """Whether an input has a column of this name, so that it need not be asked for."""
    files = files_of(raw, name)
    if files is None:
        return False
    return column in map(folded, Table(files.path).types) if files.path.is_file() else True


def write_vars(file, known, found):
    """Add vars to a company's own file; what stands there already stays as it is, comments too."""
    new = {
        name: value for name, value in found.items() if name not in known and value not in (None, project_vars()[name])
    }
    if not new:
        return
    text = (
        file.read_text()
        if file.exists()
        else "# Vars of this company; dbt_project.yml says what each means, and has all others.\n"
    )
    lines = yaml.safe_dump(new, sort_keys=False, allow_unicode=True, default_flow_style=False)
    file.write_text(text + ("" if text.endswith("\n") else "\n") + lines)


def connect(raw, given, known):
    """The vars connectors and columns, by the files that are there and by flags; lines that show them; and the plain tables' files.

    Raises InputError where nothing is a log of subscriptions.
    """
    connectors, columns, lines = {}, {}, []
    tables = {name: given[name] for name in MODELS if given.get(name)}
    for pair in given["connector"]:
        name, _, model = pair.partition("=")
        if not model:
            raise InputError(
                f"--connector {pair}: expected INPUT=MODEL, for example subscription_changes=plain_subscription_changes."
            )
        connectors[name] = model
    if not tables and not connectors and "connectors" not in known and files_of(raw, "subscription_changes") is None:
        tables = {name: found.path for name in MODELS if (found := files_of(raw / "plain", name))}
        if not tables and (file := likely(raw)):
            tables = {"subscriptions": file}
    for name, file in tables.items():
        table = Table(Path(file))
        renamed, shown = columns_of(name, table)
        connectors |= {key: model for key, model in MODELS[name].items() if key not in connectors}
        columns |= {f"plain.{name}": renamed} if renamed else {}
        lines += [f"{file} is the plain table {name}:", *shown]
    for name in inputs():
        if found := files_of(raw, name):
            lines.append(f"{found.path} is the input {name}")
    lines += [f"{path} is not read" for path in strangers(raw, inputs()) if path not in map(Path, tables.values())]
    log = "subscription_changes"
    if not known.get("connectors") and log not in connectors and not connectors and files_of(raw, log) is None:
        there = strangers(raw, inputs())
        advice = (
            f"Is it one of these? --subscriptions {there[0]}" if there else "Put it there as it is (docs/connect.md)."
        )
        raise InputError(f"{raw}: found no table of subscriptions, which is all that is needed. {advice}")
    return connectors, columns, lines, tables


def init(settings, given, yes, run):
    """Set up a company and take it to its first report. `run` runs it, by its settings.

    Raises InputError where something must be said that was not, BuildError where the inputs would be refused.
    """
    from customer_value.doctor import command_of, examine, lines_of
    from customer_value.report import report

    company, known = settings.company, settings.own_vars
    company.mkdir(parents=True, exist_ok=True)
    if not any(company.iterdir()):
        (company / "raw").mkdir()
        raise InputError(
            f"{company / 'raw'}: put the company's files there, as they are (docs/connect.md), then call init again."
        )
    file = settings.vars_file or company / VARS_FILE
    ask = Questions(given, known, yes)
    connectors, columns, lines, tables = connect(settings.raw, given, known)
    found = {
        "gross_margin_rate": ask.answer(
            "gross_margin_rate", "gross_margin", "Share of revenue left after the cost of serving it, for example 0.75"
        )
    }
    if not has_column(settings.raw, "subscription_changes", "currency"):
        found["default_currency"] = ask.answer(
            "default_currency", "currency", "Currency of the prices, for example EUR", ""
        )
    zone = ask.answer(
        "reporting_time_zone", "time_zone", "Time zone of days and months", project_vars()["reporting_time_zone"]
    )
    found["reporting_time_zone"] = zone
    if given["end_is_inclusive"]:
        found["end_is_inclusive"] = True
    if given.get("interval"):
        found["default_billing_interval"] = given["interval"]
    print("\n".join(lines))
    ask.approve("Is it right?")
    for name, path in tables.items():
        place(settings.raw, name, Path(path))
    write_vars(file, known, found | {"connectors": connectors, "columns": columns})
    print(f"\nVars of the company are in {file}\n", flush=True)
    day = settings.as_of
    if not day and ask.can_ask:
        day = click.prompt("Day that the numbers are as of (empty: that of the newest loaded_at)", default="")
    settings = Settings.of(company=company, as_of=day, vars_file=file if file.exists() else None)
    looked = examine(settings)
    print("\n".join(lines_of(looked)), flush=True)
    if not looked["would_be_published"]:
        raise BuildError(f"The first run would be refused: nothing was run. {looked['next']}")
    ask.approve("\nRun it?")
    run(settings)
    report(settings)
    print(f"From now on: {command_of(settings)}", flush=True)
