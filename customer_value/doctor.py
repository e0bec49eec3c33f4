"""doctor: what a company's inputs are worth before they are built, in order of harm. Nothing of the company's is written.

The rules are those of the models: the inputs are loaded into a scratch warehouse in a temporary folder, staging, rejected rows,
reconciliation and MRR are built there, and what they say is put into words.
"""

import contextlib
import io
import json
import shutil
import tempfile
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

import yaml

from customer_value.contract import CONNECTORS, connected, inputs
from customer_value.errors import BuildError
from customer_value.files import KEPT, files_of, quoted
from customer_value.load import forgotten_file, load
from customer_value.notes import newest_of, notes_of, some
from customer_value.queries import rows_of
from customer_value.rejections import advice_for, amount_of, excess, missing_mrr, percent, rejected_money, values_of
from customer_value.report import BOARDS, PAGES
from customer_value.settings import DUCKDB, command_of
from customer_value.terminal import counted
from customer_value.vendor_tables import accounts_of

# What is built: what is rejected and why, MRR, and what the notes read.
MODELS = "rejected_rows input_reconciliation input_amounts mrr_monthly int_feature_uses int_subscription_items".split()
# Connectors of billing systems that state MRR: the mart vendor_mrr compares it.
STATING_MRR = {path.parent.name for path in CONNECTORS.glob("*/*_reported_mrr.sql")}
# Sorts of findings, the most harmful first, and what they mean.
STOPS, WRONG, PARTIAL, NOTE = "stops", "wrong", "partial", "note"
HEADINGS = {
    STOPS: "A run would be refused",
    WRONG: "Numbers would be wrong",
    PARTIAL: "Some of it would not count",
    NOTE: "To know",
}
# Reasons of rejection that are the rule's and not a fault of the data: their rows would make a number wrong if they counted.
MONEY = "subscription_changes", "invoice_lines", "refunds"
# Interval of amounts that a yearly price has among monthly ones: twelve months, or ten where a year is sold for ten.
YEARLY = (9.5, 12.5)


@dataclass(frozen=True)
class Finding:
    """What is wrong, how many rows or keys, and what to do about it."""

    harm: str
    subject: str
    text: str
    count: int | None = None
    advice: str = ""

    def __str__(self):
        return f"{self.subject}: {self.text}{'' if self.text[-1] in '.?' else '.'} {self.advice}".rstrip()


def scratch_of(settings, folder):
    """The settings of a warehouse in a temporary folder, which knows what is kept beside the company's."""
    folder = Path(folder).resolve()
    scratch = replace(settings, target=DUCKDB, warehouse=folder / "scratch.duckdb", published=folder / "published")
    for file in (settings.warehouse.with_name(KEPT), forgotten_file(settings.warehouse)):
        if file.exists():
            shutil.copy2(file, folder / file.name)
    return scratch


def prepare(scratch):
    """Load and build what is looked at. Returns what load says, a line each, and what the expectations refuse.

    Raises InputError where the inputs cannot be read, BuildError where dbt fails.
    """
    # dbt and Great Expectations take seconds to import, and are not needed to refuse an input.
    from customer_value.build import finish, started

    said, refused = io.StringIO(), []
    output = scratch.warehouse.with_name("dbt.txt")
    _, connectors = connected(scratch.vars["connectors"])
    models = [*MODELS, "vendor_mrr"] if connectors.keys() & STATING_MRR else MODELS
    select = ["--select", *(f"+{model}" for model in models), "--exclude-resource-type", "unit_test", "test"]
    with open(output, "wb") as file, started(scratch, "build", "--quiet", *select, output=file) as process:
        with contextlib.redirect_stdout(said):
            load(scratch)
        from customer_value.check import check_raw

        try:
            with contextlib.redirect_stdout(io.StringIO()):
                check_raw(scratch)
        except BuildError as error:
            refused = str(error).splitlines()[1:]
        try:
            finish(process, "build")
        except BuildError as error:
            raise BuildError(f"The inputs could not be looked at: {error}\n{output.read_text()[-3000:]}") from None
    return said.getvalue().splitlines(), refused


def tables_of(settings, rows):
    """Each input that is there, and each table of a connector: rows, days from and to, and what became of the rows."""
    models = settings.vars["connectors"]
    replaced, connectors = connected(models)
    for row in rows("from marts.input_reconciliation order by raw_row_count desc, input_name"):
        name = row["input_name"]
        is_there = row["raw_row_count"] or name in replaced or files_of(settings.raw, name)
        if not is_there:
            continue
        # Usage has no staging model: events are counted by the day as they come.
        relations = [f"staging.stg_{name}", f"connectors.{quoted(str(models.get(name)))}", f"raw.{quoted(name)}"]
        days = next(filter(None, (days_of(rows, relation, inputs()[name]) for relation in relations)), {})
        yield {"input": name, "is_connected": name in replaced, "row_count": row["raw_row_count"], **days} | {
            part: row[part] for part in ("staged_row_count", "superseded_row_count", "rejected_row_count")
        }
    schemas = {
        schema: tables
        for folder, tables in connectors.items()
        for schema in ([folder] if tables else accounts_of(settings.vars, folder))
    }
    for schema, tables in schemas.items():
        names = tables or [
            row["view_name"]
            for row in rows(f"select view_name from duckdb_views() where schema_name = '{schema}' order by 1")
        ]
        for name in names:
            relation = f"{quoted(schema)}.{quoted(name)}"
            for row in rows(f"select count(*) as row_count from {relation}"):
                if row["row_count"]:
                    days = days_of(rows, relation, tables[name]) if tables else {}
                    yield {"input": f"{schema}.{name}", "is_connected": False, "row_count": row["row_count"], **days}


def days_of(rows, relation, contract):
    """The first and the last day of the rows of a table, by its first column that is a time."""
    times = [name for name, kind in contract.columns.items() if kind in ("timestamp", "date") and name != "loaded_at"]
    if not times:
        return {}
    found = rows(
        f"select cast(min({quoted(times[0])}) as date) as first_day, cast(max({quoted(times[0])}) as date) as last_day "
        f"from {relation}"
    )
    return {"day_of": times[0], **found[0]} if found and found[0]["first_day"] else {}


def rejected(rows, accepted):
    """What is rejected, a finding for each input and reason: with the values, and the money at risk.

    `accepted`: the var accepted_rejections, input -> the reasons that the company knows of.
    """
    money = rejected_money(rows)
    for row in rows(
        "select rejected_rows.input_name, reject_reason, count(*) as row_count, sum(amount_at_stake) as amount, "
        "any_value(raw_row_count) as raw_row_count from marts.rejected_rows "
        "join marts.input_reconciliation on rejected_rows.input_name = input_reconciliation.input_name "
        "group by 1, 2 order by amount desc nulls last, row_count desc, 1, 2"
    ):
        name, reason = row["input_name"], row["reject_reason"]
        values = values_of(rows, name, reason)
        carried = [each for each in money if (each["input_name"], each["reject_reason"]) == (name, reason)]
        parts = [
            f"{reason}: {row['row_count']:,} of {row['raw_row_count']:,} rows would be rejected",
            ", ".join(amount_of(each) for each in carried if each["amount"]),
            f"{percent(1 - row['row_count'] / row['raw_row_count'])} find a customer"
            if reason == "unknown_customer"
            else "",
        ]
        text = "; ".join(filter(None, parts)) + (f": {values}" if values else "")
        if reason in accepted.get(name, []):
            yield Finding(
                NOTE,
                name,
                text.replace(" would be rejected", " are left out, as the company accepts"),
                row["row_count"],
            )
        else:
            yield Finding(WRONG if name in MONEY else PARTIAL, name, text, row["row_count"], advice_for(reason))


def late_rates(rows):
    """Currencies of which the first rate is later than the first row."""
    for row in rows(
        "select rejected_value as currency, count(*) as row_count, min(rate_date) as rate_date from marts.rejected_rows "
        "join (select currency, min(cast(rate_date as date)) as rate_date from staging.stg_exchange_rates group by 1) as rates "
        "on rejected_value = currency where reject_reason = 'missing_exchange_rate' group by 1 order by 1"
    ):
        text = f"rates of {row['currency']} begin on {row['rate_date']}, later than {counted(row['row_count'], 'row')} in it"
        yield Finding(WRONG, "exchange_rates", text, row["row_count"], "Write the rates of the months before, too.")


def conflicts(rows):
    """Keys with rows of one load that differ."""
    for row in rows("from marts.input_reconciliation where conflict_count > 0 order by conflict_count desc"):
        text = f"{counted(row['conflict_count'], 'key')} with rows of one load that differ, and no column says which of them counts"
        key = ", ".join(inputs()[row["input_name"]].key)
        yield Finding(
            WRONG, row["input_name"], text, row["conflict_count"], f"One row per {key}, or a loaded_at for each."
        )


def endless(rows):
    """A log in which nothing has ever ended: it was taken without what ended."""
    for row in rows(
        "select count(distinct subscription_id) as subscription_count, min(cast(changed_at as date)) as first_day, "
        "count(*) filter (is_end) as end_count, date_diff('day', min(changed_at), max(as_of_date)) as days "
        "from staging.stg_subscription_changes cross join staging.run_settings"
    ):
        if row["subscription_count"] and not row["end_count"] and row["days"] > 31:
            text = (
                f"none of {row['subscription_count']:,} subscriptions since {row['first_day']} has ended: churn would be 0, "
                "lifetime value too high"
            )
            advice = "If the export leaves ended subscriptions out, take them in."
            yield Finding(WRONG, "subscription_changes", text, row["subscription_count"], advice)


def yearly_amounts(rows):
    """Items billed by the month whose price is that of a year, by the median of their plan."""
    found = rows(
        "with priced as (select subscription_id, item_id, plan_id, currency, unit_amount, "
        "median(unit_amount) over (partition by plan_id, currency) as plan_amount "
        "from staging.stg_subscription_changes where unit_amount > 0 and plan_id is not null "
        "and billing_interval = 'month' and interval_count = 1) "
        "select subscription_id, plan_id, unit_amount, plan_amount from priced "
        f"where unit_amount between {YEARLY[0]} * plan_amount and {YEARLY[1]} * plan_amount "
        "qualify row_number() over (partition by subscription_id, item_id order by unit_amount desc) = 1 order by 3 desc, 1"
    )
    if found:
        first = found[0]
        text = (
            f"{counted(len(found), 'subscription')} billed by the month at 10 to 12 times the median of their plan, for example "
            f"{first['subscription_id']}: {first['unit_amount']:,.2f} where {first['plan_id']} is {first['plan_amount']:,.2f}"
        )
        advice = "If the amount is a year's, its billing_interval is year."
        yield Finding(WRONG, "subscription_changes", text, len(found), advice)


def findings_of(settings, scratch, rows, said, refused):
    """Every finding, the most harmful first."""
    # The reasons of each input follow as findings of their own.
    gate = excess(scratch.warehouse, settings.vars["max_rejected_rate"])[:-1]
    found = [Finding(STOPS, "max_rejected_rate", line) for line in gate[1:] if not line.startswith(" ")]
    found += [Finding(STOPS, "expectation", line) for line in refused]
    found += [
        *rejected(rows, settings.vars["accepted_rejections"]),
        *late_rates(rows),
        *conflicts(rows),
        *endless(rows),
        *yearly_amounts(rows),
    ]
    if missing := missing_mrr(rows):
        found.insert(0, Finding(WRONG, "MRR", missing["text"]))
    found += [
        Finding(NOTE, "files", line.removeprefix(f"{settings.raw}/"))
        for line in said
        if "not read" in line or "cannot be read" in line
    ]
    if "gross_margin_rate" not in settings.own_vars:
        text = f"gross_margin_rate is {settings.vars['gross_margin_rate']}, a default that knows nothing of the company"
        found.append(
            Finding(WRONG, "vars", text, None, "Lifetime value is multiplied by it: set yours in company.yml.")
        )
    newest = newest_of(rows("from marts.input_reconciliation"))
    found += [Finding(NOTE, "note", line) for line in notes_of(scratch.warehouse, newest, settings.vars)]
    return sorted(found, key=lambda each: list(HEADINGS).index(each.harm))


def empty_of(present):
    """What an input that is absent leaves empty: the sections of the report that need it, and the marts that they show."""
    found = {}
    for page in ["customer", *PAGES]:
        board = yaml.safe_load((BOARDS / f"{page}.yml").read_text())
        queries = board.get("queries", {}) | board.get("customer", {})
        for section in board["sections"]:
            for part in [section, *section.get("tiles", []), *section.get("kpis", [])]:
                if (name := part.get("needs")) and name not in present:
                    empty = found.setdefault(name, {"input": name, "sections": [], "marts": []})
                    empty["sections"].append(f"{board['title']}: {part.get('title') or part.get('label')}")
                    shown = [
                        part.get("query"),
                        *(part[key].get("query") for key in ("table", "chart", "facts") if key in part),
                    ]
                    marts = {queries[query]["mart"] for query in shown if query}
                    empty["marts"] = sorted({*empty["marts"], *marts})
    return list(found.values())


def examine(settings):
    """What doctor finds, as it is written with --json.

    Raises InputError where the inputs cannot be read: the same lines as load, all at once.
    """
    with tempfile.TemporaryDirectory(prefix="customer_value_doctor_") as folder:
        scratch = scratch_of(settings, folder)
        said, refused = prepare(scratch)
        rows = partial(rows_of, scratch.warehouse)
        tables = list(tables_of(settings, rows))
        findings = findings_of(settings, scratch, rows, said, refused)
        present = {table["input"] for table in tables if table["row_count"]}
        (levels,) = rows("select as_of_date, reporting_currency from staging.run_settings") or [{}]
        months = rows(
            "select cast(closing_mrr_amount as double) as mrr_amount, active_customer_count from marts.mrr_monthly "
            "order by activity_month desc limit 1"
        )
    stops = any(each.harm == STOPS for each in findings)
    return {
        "inputs": tables,
        **levels,
        **(months[0] if months else {"mrr_amount": None, "active_customer_count": None}),
        "would_be_published": not stops,
        "findings": [asdict(each) | {"line": str(each)} for each in findings],
        "empty": empty_of(present),
        "missing": sorted(inputs().keys() - present),
        "said": said,
        "next": next_step(settings, findings),
    }


def next_step(settings, findings):
    """What to do next, in a sentence."""
    if any(each.harm == STOPS for each in findings):
        return "Fix what stops the run, then look again: customer-value doctor."
    if any(each.harm == WRONG for each in findings):
        return "Fix what makes numbers wrong, or accept it, then: " + command_of(settings)
    return command_of(settings)


def lines_of(found):
    """The findings in words, for a person."""
    yield f"What is there, as of {found.get('as_of_date')}:"
    for table in found["inputs"]:
        days = f", {table['day_of']} {table['first_day']} to {table['last_day']}" if "first_day" in table else ""
        by = ", by a connector" if table["is_connected"] else ""
        out = f", {table['rejected_row_count']:,} rejected" if table.get("rejected_row_count") else ""
        yield f"  {table['input']}: {table['row_count']:,} rows{days}{out}{by}"
    if found["mrr_amount"] is not None:
        count = found["active_customer_count"]
        customers = counted(count, "active customer")
        yield f"MRR if run now: {found['mrr_amount']:,.2f} {found['reporting_currency'] or ''}, {customers}."
    for harm, heading in HEADINGS.items():
        lines = [each["line"] for each in found["findings"] if each["harm"] == harm]
        if lines:
            yield f"\n{heading}:"
            yield from (f"  {line}" for line in lines)
    if found["empty"]:
        yield "\nEmpty, for the input is absent:"
        for each in found["empty"]:
            yield f"  {each['input']}: {some(each['sections'])} (marts {', '.join(each['marts'])})"
    read = [line for line in found["said"] if ": read as" in line]
    if read:
        yield "\nHow files are read:"
        yield from (f"  {line}" for line in read)
    yield f"\nNext: {found['next']}"


def doctor(settings, as_json=False):
    """Look at a company's inputs before a build, and print what is found. Returns it."""
    found = examine(settings)
    print(json.dumps(found, indent=2, default=str) if as_json else "\n".join(lines_of(found)), flush=True)
    return found
