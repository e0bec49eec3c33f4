"""init: a new company in one command: its folder, its own vars, what its files are, the first run and the first report.

What nobody can guess is asked for, or taken by flags. Columns of a plain table are guessed by their names, else by what they hold, and
shown for approval: what was guessed stands in company.yml, where it can be changed. Tables beside that of subscriptions (tickets,
customers, usage) are taken for one by the names of their file and of their columns alone.
"""

import csv
import os
import re
import sys
import tempfile
from difflib import get_close_matches
from pathlib import Path

import click
import duckdb
import yaml

from customer_value.contract import CONNECTORS, inputs, tables_of
from customer_value.errors import BuildError, InputError
from customer_value.files import EXPECTED, files_of, folded, format_of, header_of, is_utf8, name_of, quoted, strangers
from customer_value.readings import decided, evidence_of, month_of, value_of
from customer_value.settings import PROJECT, VARS_FILE, Settings, project_vars, said

# A plain table -> the models that read it, by the inputs that they stand in for.
MODELS = {
    "subscriptions": {"subscription_changes": "plain_subscription_changes"},
    "bills": {
        "subscription_changes": "plain_billed_subscription_changes",
        "invoice_lines": "plain_invoice_lines",
    },
    "events": {"usage_events": "plain_usage_events"},
    "tickets": {"support_tickets": "plain_support_tickets"},
    "customers": {"customers": "plain_customers"},
    "surveys": {"nps_responses": "plain_nps_responses"},
    "marketing_spend": {"marketing_spend": "plain_marketing_spend"},
}
# Those that a flag names; the others stand beside them.
FLAGS = ("subscriptions", "bills")
# What a plain table cannot be read without: one column of each group.
NEEDED = {
    "subscriptions": [["customer_id"], ["started_at"], ["mrr_amount", "unit_amount"]],
    "bills": [["customer_id"], ["billed_on"], ["amount", "unit_amount"]],
    "events": [["customer_id", "subscription_id"], ["occurred_at"], ["feature"]],
    "tickets": [["ticket_id"], ["customer_id"], ["opened_at"]],
    "customers": [["customer_id"], ["customer_name", "email", "country", "industry", "acquisition_channel"]],
    "surveys": [["customer_id"], ["score"], ["responded_at"]],
    "marketing_spend": [["month"], ["channel"], ["amount"]],
}
# How the file of a plain table beside them is called, with whatever stands before it.
FILE_NAMES = {
    "events": ("events", "usage"),
    "tickets": ("tickets", "cases"),
    "customers": ("customers", "accounts", "clients"),
    "surveys": (
        "surveys",
        "survey",
        "nps",
        "nps_answers",
        "nps_export",
        "nps_results",
        "nps_scores",
        "survey_answers",
        "survey_results",
        "survey_responses",
        "feedback",
    ),
    "marketing_spend": ("spend", "ad_costs"),
}
# Parts of headers: of days that are no start and no end, of amounts, of amounts a month, and of amounts that include tax.
OTHER_DAYS = "birth created due expir expiry last modified next paid payment renew reminder trial updated".split()
AMOUNTS = (
    "amount amt betrag charge charges cost cout coût fee fees gebühr importe kosten montant mrr netto paid payment precio preis "
    "price prix rate revenue subtotal tarif value umsatz usd eur gbp"
).split()
MONTHLY = "mrr month monthly monat monats monatlich mensuel mensual".split()
MONTHS_OF_A_SHEET = 6
# What is no name of a column: a number but for a year, or a day.
VALUE = re.compile(r"(?!(19|20)\d\d$)-?\d+([.,]\d+)?|\d{1,4}[-./]\d{1,2}[-./]\d{1,4}([ T].*)?")
# The input that rows of a plain table without a customer are rejected from, where that carries money.
OF_CUSTOMERS = {"subscriptions": "subscription_changes", "bills": "invoice_lines"}
# A column holds days or numbers where at least this share of its values can be read so.
LEAST_SHARE = 0.9
EXAMPLE_LENGTH = 20


def plain_tables():
    """The plain tables by name."""
    return tables_of(CONNECTORS / "plain" / "_sources.yml")


def parts(header):
    """The words of a header: of `CustomerID`, `customer_id` and `Customer Id` customer and id."""
    return folded(re.sub(r"([a-zà-þ0-9])([A-ZÀ-Þ])", r"\1_\2", header)).split("_")


def bare(name):
    """A name without what stands between its words."""
    return name.replace("_", "")


def names_of(metas, column):
    """The names under which a column of a plain table is found."""
    return [column, *metas[column].get("also_called", [])]


def is_id(header):
    """Whether a header says that its numbers are no amounts."""
    return parts(header)[-1] in ("code", "id", "key", "nr", "no", "num", "number", "nummer") or folded(header).endswith(
        "nr"
    )


def says(header, words):
    """Whether one of a header's words begins with one of some words."""
    return any(part.startswith(tuple(words)) for part in parts(header))


class Table:
    """A file that may be a plain table: its columns, and what each of them holds."""

    def __init__(self, file):
        self.file = file
        self.files = files_of(file.parent, name_of(file))
        if self.files is None or not format_of(file):
            raise InputError(f"{file}: found a file that is none of {EXPECTED} by its name. {advice_for_text(file)}")
        # Lives as long as the table.
        self.copies = tempfile.TemporaryDirectory(prefix="customer_value_init_")
        self.files = self.files.in_utf8(Path(self.copies.name))
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

    def mapping(self, contract, guess=True):
        """Column of the contract -> header and how it was found: by its name, by a like name, or, to guess, by what it holds."""
        found = {}
        left = {folded(name): name for name in self.types}
        metas = {column: meta for column, meta in contract.column_metas.items() if not meta.get("is_of_the_load")}
        for column, meta in metas.items():
            for name in [column, *meta.get("also_called", [])]:
                header = name if name in left else next((each for each in left if bare(each) == bare(name)), None)
                if header and not (header != name and any(header in names_of(metas, each) for each in metas)):
                    found[column] = (left.pop(header), "name" if header == name else "like name")
                    break
        for column in metas:
            names = names_of(metas, column)
            near = next((near for each in names if (near := get_close_matches(each, left, 1, 0.85))), None)
            if column not in found and near and column != "loaded_at":
                found[column] = (left.pop(near[0]), "like name")
        if guess:
            for column, header in self.guesses(contract, found, list(left.values())):
                found[column] = (header, "content")
        return found

    def guesses(self, contract, found, left):
        """What the columns that are left may be, by what they hold: days in their order, an interval, an amount, and the customer.

        An amount is guessed where its header says so: a wrong one would be believed.
        """
        left = [name for name in left if not re.fullmatch(r"column\d+|unnamed_\d+|index|level_\d+", folded(name))]
        days = [name for name in left if self.holds(name, "date") and not self.holds_plain_numbers(name)]
        yield from self.guessed_days(contract, found, [name for name in days if not says(name, OTHER_DAYS)])
        left = [name for name in left if name not in days]
        numbers = [name for name in left if not is_id(name) and self.holds(name, "double") and not self.is_flag(name)]
        amounts = {"mrr_amount", "unit_amount", "amount"} & contract.columns.keys()
        if amounts and not amounts & found.keys() and (amount := self.guessed_amount(numbers)):
            a_month = "mrr_amount" if says(amount, MONTHLY) else "unit_amount"
            yield "amount" if "amount" in amounts else a_month, amount
        if "billing_interval" in contract.columns and not {"billing_interval", "mrr_amount"} & found.keys():
            interval = next((name for name in left if name not in numbers and self.holds_intervals(name)), None)
            if interval:
                left.remove(interval)
                yield "billing_interval", interval
        if "customer_id" not in found:
            others = [
                name for name in left if name not in numbers and not says(name, ("comment", "descr", "memo", "note"))
            ]
            ids = [name for name in others if is_id(name) or not self.holds(name, "double")]
            if customer := self.guessed_customer(ids):
                yield "customer_id", customer

    def guessed_customer(self, names):
        """Of ids and texts the one with most values among those that repeat, for the row's own id does not; else that with most."""
        counts = {name: self.value_count(name) for name in names}
        repeated = [name for name, count in counts.items() if count < self.filled_count(name)]
        return max(repeated or [name for name in names if not is_id(name)] or names, key=counts.get, default=None)

    def guessed_days(self, contract, found, days):
        """The day of a bill or an event; the start and the end of a subscription, which is known less often and is not before it."""
        wanted = next((name for name in ("started_at", "billed_on", "occurred_at") if name in contract.columns), None)
        days.sort(key=lambda name: -self.filled_count(name))
        start = found[wanted][0] if wanted in found else None
        if wanted and not start and days:
            start = days.pop(0)
            yield wanted, start
        if wanted == "started_at" and "ended_at" not in found:
            end = next((name for name in days if self.filled_count(name) < self.filled_count(start)), None)
            if end:
                yield "ended_at", end

    def guessed_amount(self, numbers):
        """The column of numbers whose header says that it is an amount, the last of those that say so."""
        named = [name for name in numbers if says(name, AMOUNTS)]
        monthly = [name for name in named if says(name, MONTHLY)]
        return (monthly or named or [None])[-1]

    def filled_count(self, column):
        """How many values a column has; an empty text is none."""
        (count,) = self.connection.execute(
            f"select count(nullif(trim(cast({quoted(column)} as varchar)), '')) from {self.relation}"
        ).fetchone()
        return count

    def repeated_count(self, columns):
        """How many rows have the values of a row before them in two columns; 0 where it is fewer columns than two."""
        if len(columns) < 2:
            return 0
        (count,) = self.connection.execute(
            f"select count(*) - count(distinct ({', '.join(map(quoted, columns))})) from {self.relation}"
        ).fetchone()
        return count

    def empty_count(self, column):
        """How many rows have nothing in a column, of how many."""
        (count,) = self.connection.execute(f"select count(*) from {self.relation}").fetchone()
        return count - self.filled_count(column), count

    def first_line(self):
        """The values of the first line, by which its columns are called; nothing where the file is no text."""
        if self.files.format != "CSV":
            return []
        return next(csv.reader([header_of(self.files.read_paths[0])], delimiter=self.files.delimiter), [])

    def is_flag(self, column):
        """Whether a column has nothing but 0 and 1."""
        (count,) = self.connection.execute(
            f"select count(*) from {self.relation} where cast({quoted(column)} as varchar) not in ('', '0', '1')"
        ).fetchone()
        return not count

    def holds_intervals(self, column):
        """Whether a column's values are words for billing intervals (seeds/words.csv)."""
        with open(PROJECT / "seeds" / "words.csv", encoding="utf-8", newline="") as file:
            words = {row["word"] for row in csv.DictReader(file) if row["column_name"] == "billing_interval"}
        values = self.connection.execute(
            f"select distinct {quoted(column)} from {self.relation} where {quoted(column)} is not null limit 30"
        ).fetchall()
        found = [folded(str(value)) for (value,) in values if str(value).strip()]
        return bool(found) and all(each in words | {"day", "week", "month", "year"} for each in found)

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
        found = {column for column, (_, how) in Table(file).mapping(contract, guess=False).items() if how == "name"}
        if all(found.intersection(group) for group in NEEDED["subscriptions"]):
            return file
    return None


def beside(raw, taken):
    """The files of a raw folder that are plain tables beside that of subscriptions: by their own name, and by those of their columns."""
    found = {}
    for file in strangers(raw, inputs()):
        if file in taken or file.suffix == ".json":
            continue
        table = next(
            (
                name
                for name, ends in FILE_NAMES.items()
                if f"_{name_of(file)}".endswith(tuple(f"_{end}" for end in ends))
            ),
            None,
        )
        if table and table not in found and not any(files_of(raw, name) for name in MODELS[table]):
            names = Table(file).mapping(plain_tables()[table], guess=False)
            if all(names.keys() & set(group) for group in NEEDED[table]):
                found[table] = file
    return found


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
    """The var columns for a plain table, and lines that show how each of its columns is read.

    Raises InputError where a column is not found that the table cannot be read without.
    """
    found = table.mapping(plain_tables()[name], guess=name in FLAGS)
    if missing := [" or ".join(group) for group in NEEDED.get(name, []) if not found.keys() & set(group)]:
        raise InputError(f"{table.file}: found {', '.join(table.types)}. {advice_for(name, table, missing)}")
    lines = [
        f"  {column:<18} {header}  ({how if how == 'name' else 'GUESSED by its ' + how}; for example {table.example(header)})"
        for column, (header, how) in found.items()
    ]
    unread = [name for name in table.types if name not in {header for header, _ in found.values()}]
    lines += [f"  not read: {', '.join(unread)}"] if unread else []
    taxes = [header for header in unread if set(parts(header)) & {"tax", "vat", "gst", "mwst", "ust", "tva"}]
    amount = found.get("amount", ("",))[0]
    if taxes and says(amount, ("total", "gross", "brutto")):
        lines.append(f"  CHECK: {amount} is taken for an amount before tax, and the file has {taxes[0]}.")
    renamed = {column: header for column, (header, how) in found.items() if how != "name"}
    changed = next((header for header in unread if says(header, ("updated", "modified"))), None)
    if changed and (
        count := table.repeated_count([found[key][0] for key in ("subscription_id", "started_at") if key in found])
    ):
        text = f"  CHECK: {count:,} rows have the subscription and the start of another one"
        if table.empty_count(changed)[0]:
            lines.append(
                f"{text}: they count beside each other, for {changed} does not say of all which is the newest."
            )
        else:
            renamed["loaded_at"] = changed
            lines.append(
                f"{text}: they are taken for versions of it, and the newest by {changed} counts (its loaded_at). Where they are beside "
                f"each other, take loaded_at out of columns: {{plain.{name}}} in {VARS_FILE}, and run again."
            )
    return renamed, lines


def lacks_interval(name, table):
    """Whether a plain table has prices and does not say of what interval."""
    found = table.mapping(plain_tables()[name])
    return name == "subscriptions" and not found.keys() & {"mrr_amount", "billing_interval"}


def lacks_load_time(name, table):
    """Whether no column of a plain table says when its rows were loaded."""
    return "loaded_at" not in table.mapping(plain_tables()[name], guess=False)


def advice_for(name, table, missing):
    """What to do about columns that a plain table cannot be read without."""
    first = table.first_line()
    values = [value for value in first if VALUE.fullmatch(value.strip())]
    if 0 < len(values) < MONTHS_OF_A_SHEET:
        return (
            f"The first line looks like a row ({', '.join(first)}), not like names of columns. Write a line with their names before it, "
            f"one for each: {', '.join(' or '.join(group) for group in NEEDED[name])} among them."
        )
    months = [header for header in table.types if is_month(header)]
    if len(months) >= MONTHS_OF_A_SHEET:
        return (
            f"{len(months)} of them are months, {months[0]} to {months[-1]}: a sheet with a column for each month is not read. "
            "Write a row for each customer and month (customer, date, amount), and name it with --bills."
        )
    return (
        f"None of these can be {' and '.join(missing)}. If one is, name it in {VARS_FILE}: "
        f"columns: {{plain.{name}: {{{missing[0].split()[0]}: <header>}}}}. Else add the column where the file is made."
    )


def advice_for_text(file):
    """What to do with a file whose name is that of no format that is read."""
    line = header_of(file) if file.is_file() and is_utf8(file) else ""
    words = line.split()
    if len(words) < 3 or any(sign in line for sign in ",;\t|"):
        return "Where its columns are separated by comma, semicolon, tab or bar, name it .csv; save a workbook as CSV."
    names = "" if not any(map(VALUE.fullmatch, words)) else "echo NAMES; "
    return (
        f"Its columns are separated by blanks ({' '.join(words)}). Write it as CSV: "
        f"({names}sed 's/^ *//; s/ *$//; s/  */,/g' {file.name}) > {file.stem}.csv"
        + (f". NAMES are those of its {len(words)} columns, for example customer,date,amount." if names else "")
    )


def is_month(header):
    """Whether a header is a month: Jan 2025, 2025-01, 01/2025."""
    (value,) = duckdb.execute(
        f"select {month_of('header', 'day first')} from (select ? as header)", [header]
    ).fetchone()
    return value is not None


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

    def agreed(self, question, flag, advice):
        """Whether something is agreed to: by a flag, or asked.

        Raises InputError where neither is, for it is not taken silently.
        """
        if self.given.get(flag):
            return True
        if self.can_ask:
            return click.confirm(question, default=False)
        raise InputError(f"--{flag.replace('_', '-')}: nobody can guess it. {question} {advice}")

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
        name: value
        for name, value in found.items()
        if name not in known and value is not None and (name == "gross_margin_rate" or value != project_vars()[name])
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
    tables = {name: given[name] for name in FLAGS if given.get(name)}
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
    if not known.get("connectors") and (tables or files_of(raw, "subscription_changes")):
        tables |= beside(raw, {Path(file) for file in tables.values()})
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


def accepted_of(ask, tables, limit):
    """The var accepted_rejections, for tables of which more rows have no customer than the share that stops a publication.

    Raises InputError where nobody says that they are to be left out.
    """
    accepted = {}
    for name, file in tables.items():
        table = Table(Path(file))
        header = table.mapping(plain_tables()[name]).get("customer_id", ("",))[0]
        count, all_count = table.empty_count(header) if header and name in OF_CUSTOMERS else (0, 0)
        if count > limit * all_count and ask.agreed(
            f"{file}: {count:,} of {all_count:,} rows have no {header}. Leave them out, and count them as rejected?",
            "leave_out_without_customer",
            "Fill the column where the file is made, or give the flag.",
        ):
            accepted[OF_CUSTOMERS[name]] = ["missing_customer_id"]
    return accepted


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
    day = settings.as_of
    is_undated = any(
        "loaded_at" not in columns.get(f"plain.{name}", {}) and lacks_load_time(name, Table(Path(file)))
        for name, file in tables.items()
    )
    if not day and not ask.can_ask and is_undated:
        raise InputError(
            "--as-of: nobody can guess it. Name the day of the export, YYYY-MM-DD, for no column says when rows were loaded."
        )
    if given["end_is_inclusive"]:
        found["end_is_inclusive"] = True
    if given.get("interval") or any(lacks_interval(name, Table(Path(file))) for name, file in tables.items()):
        found["default_billing_interval"] = ask.answer(
            "default_billing_interval", "interval", "Interval of prices that do not say theirs: month, quarter or year"
        )
    print("\n".join(lines))
    ask.approve("Is it right?")
    if "accepted_rejections" not in known:
        found["accepted_rejections"] = accepted_of(ask, tables, settings.vars["max_rejected_rate"])
    for name, path in tables.items():
        place(settings.raw, name, Path(path))
    write_vars(file, known, found | {"connectors": connectors, "columns": columns})
    print(f"\nVars of the company are in {file}\n", flush=True)
    if not day and ask.can_ask:
        empty = "" if is_undated else " (empty: that of the newest loaded_at)"
        day = click.prompt(f"Day that the numbers are as of, YYYY-MM-DD{empty}", default=None if is_undated else "")
    settings = Settings.of(company=company, as_of=day, vars_file=file if file.exists() else None)
    looked = examine(settings)
    print("\n".join(lines_of(looked)), flush=True)
    if not looked["would_be_published"]:
        raise BuildError(f"The first run would be refused: nothing was run. {looked['next']}")
    ask.approve("\nRun it?")
    run(settings)
    report(settings)
    print(f"From now on: {command_of(settings)}", flush=True)
