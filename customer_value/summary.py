"""The summary of a run: rows of the inputs, rejected rows, change of MRR, anomalies and failures.

It is printed, written beside the warehouse as `run_summary.json` and, where CUSTOMER_VALUE_WEBHOOK names an address, sent
there as JSON that Slack and its like understand. An anomaly is a warning; `run --strict` stops before publication. Its
thresholds are vars.
"""

import functools
import itertools
import json
import os
import statistics
import urllib.parse
import urllib.request
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

import yaml

from customer_value.contract import SOURCES
from customer_value.errors import BuildError
from customer_value.failures import Project, WithheldError, withheld_of
from customer_value.notes import newest_of, notes_of
from customer_value.publish import FILE_NAME, PREVIOUS
from customer_value.queries import opened, rows_of
from customer_value.rejections import missing_mrr, percent
from customer_value.settings import command_of, project_vars
from customer_value.signals import Interrupted
from customer_value.terminal import counted, described, say, terminal

HOURS = {"minute": 1 / 60, "hour": 1, "day": 24}
# Lines of one kind that the summary shows; all of them are in run_summary.json.
SHOWN_REASONS, SHOWN_CONFLICTS, SHOWN_WARNINGS = 5, 3, 8
# The changes since the publication before, in words, by their columns of publication_digest: one, several.
CUSTOMERS_CHANGED = {
    "customer_won": "won",
    "customer_returned": "back",
    "mrr_up": "up",
    "customer_lost": "lost",
    "customer_paused": "paused",
    "customer_removed": "removed",
    "mrr_down": "down",
    "customer_transferred": "transferred",
    "mrr_fx": "moved by exchange rates alone",
}


def levels_of(file):
    """What a warehouse or a publication says: its as-of day, its MRR and the rows of its inputs."""
    with opened(file):
        # A publication says its day in main, a warehouse in staging.
        days = rows_of(file, "select as_of_date from main.publication") or rows_of(
            file, "select as_of_date from staging.run_settings"
        )
        levels = rows_of(
            file, "select arg_max(closing_mrr_amount, activity_month) as mrr_amount from marts.mrr_monthly"
        )
        inputs = rows_of(file, "from marts.input_reconciliation order by raw_row_count desc")
    return {"as_of_date": None, "mrr_amount": None} | dict(*days[:1]) | dict(*levels[:1]) | {"inputs": inputs}


def earlier_publications(settings):
    """Levels of the publications that readers have seen, the newest first."""
    files = [settings.published / FILE_NAME, *sorted((settings.published / PREVIOUS).glob("*.duckdb"), reverse=True)]
    return [published_levels(file.resolve(), file.stat().st_mtime_ns) for file in files if file.exists()]


@functools.cache
def published_levels(file, written_at):
    """Levels of a publication, which are asked for when a run begins and when it is watched."""
    return levels_of(file)


def stale_inputs(levels):
    """A line for each input whose newest row is older than its limit in _sources.yml, as of the as-of day."""
    (source,) = yaml.safe_load(SOURCES.read_text())["sources"]
    limits = {table["name"]: table["config"]["freshness"]["warn_after"] for table in source["tables"]}
    for row in levels["inputs"]:
        newest, limit = row["newest_loaded_at"], limits[row["input_name"]]
        allowed = timedelta(hours=limit["count"] * HOURS[limit["period"]])
        if newest and levels["as_of_date"] and newest.date() + allowed < levels["as_of_date"]:
            yield f"{row['input_name']}: its newest row is of {newest:%Y-%m-%d}, older than {limit['count']} {limit['period']}s"


def unusual_volumes(levels, earlier, limits):
    """A line for each input with fewer rows than before, or unusually few or many new ones."""
    counts = [{row["input_name"]: row["raw_row_count"] for row in each["inputs"]} for each in [levels, *earlier]]
    for name, count in counts[0].items():
        known = [each[name] for each in counts if name in each]
        if len(known) > 1 and count < known[1]:
            yield f"{name}: {known[1] - count:,} rows fewer than in the last publication"
        gains = [newer - older for newer, older in itertools.pairwise(known)]
        usual = statistics.median(gains[1:]) if len(gains) > 1 else 0
        least = limits["min_volume_rate"]
        if usual >= limits["min_usual_row_count"] and not least * usual <= gains[0] <= usual / least:
            yield f"{name}: {gains[0]:,} new rows where {usual:,.0f} are usual"


def anomalies_of(levels, earlier, limits=None):
    """The anomalies of the numbers, a line each; limits: the vars, else those of dbt_project.yml."""
    limits = limits or project_vars()
    found = [*stale_inputs(levels), *unusual_volumes(levels, earlier, limits)]
    before = earlier[0]["mrr_amount"] if earlier else None
    after = levels["mrr_amount"]
    if before and after is not None and abs(after / before - 1) > limits["max_mrr_change_rate"]:
        found.append(f"MRR went from {before:,.0f} to {after:,.0f} since the last publication")
    return found


def broken_expectations(settings, schemas):
    """A line for each expectation of the inputs or the marts that does not hold, of the schemas that this run checked."""
    try:
        kept = json.loads(settings.warehouse.with_name("quality.json").read_text())
    except (OSError, ValueError):
        return
    for result in itertools.chain.from_iterable(kept.get(schema, []) for schema in schemas):
        if not result["passed"]:
            yield f"{result['table']}: {result['expectation']}: does not hold: {result['observed']}"


def missing_of(settings):
    """MRR that is not in the numbers of a warehouse; None where none is."""
    return missing_mrr(partial(rows_of, settings.warehouse))


def rejected_mrr(missing, max_unwarned_mrr_rate):
    """A line where rejected rows carry more MRR than a run passes over, or MRR of more customers that no rate converts."""
    if missing is None:
        return
    unconverted = sum(each["customer_rate"] for each in missing["unconverted"])
    rate = missing["mrr_rate"]
    if max(rate or 0, unconverted) > max_unwarned_mrr_rate:
        yield missing["text"] + ("" if rate is None else f": {percent(rate)} of the MRR that can be converted")


def all_anomalies(settings, levels, earlier, missing, schemas=("raw", "marts")):
    """The anomalies of a warehouse, a line each."""
    withheld = [f"withheld: {each.mart}: {each.reason}" for each in withheld_of(settings)]
    limits = settings.vars
    rejected = rejected_mrr(missing, limits["max_unwarned_mrr_rate"])
    return [*anomalies_of(levels, earlier, limits), *broken_expectations(settings, schemas), *rejected, *withheld]


def watch(settings):
    """Print the anomalies of the marts that were built.

    Raises BuildError in a strict run where there is one.
    """
    with opened(settings.warehouse):
        levels, earlier = levels_of(settings.warehouse), earlier_publications(settings)
        found = all_anomalies(settings, levels, earlier, missing_of(settings))
    for line in [] if terminal.has_summary else found:
        say(f"warning: {line}")
    if found and settings.strict:
        raise BuildError("The run is strict and found anomalies: what was published stays published.")


def failures_of(settings):
    """What failed in the last dbt build: model, rule, rows and the keys of some, or dbt's message."""
    return [
        {
            "model": failure.model,
            "rule": failure.rule,
            "message": failure.message,
            "row_count": failure.row_count,
            "rows": failure.rows,
            "text": str(failure),
        }
        for failure in Project(settings).failures()
    ]


def withheld_in(settings):
    """The marts that readers see as of an earlier publication, or not at all, and why."""
    return rows_of(
        settings.published / FILE_NAME,
        "select mart_name, status, as_of_date, reason from main.publication_marts where status <> 'published' order by 1",
    )


def are_changes_known(settings):
    """Whether this build says what has changed: not where it failed in it, or an earlier version built it."""
    withheld = {each.mart for each in withheld_of(settings)}
    tables = rows_of(
        settings.warehouse, "select 1 from duckdb_columns() where table_name = 'publication_digest' limit 1"
    )
    return bool(tables) and not withheld & {"publication_changes", "publication_digest"}


def digest_of(settings):
    """What has changed since the publication before, as the mart publication_digest has it; None where there was none before."""
    return next(iter(rows_of(settings.warehouse, "from marts.publication_digest")), None)


def digest_lines(digest):
    """What has changed since the publication before, in a sentence."""
    if digest is None:
        yield "Changes: nothing to compare with, for no earlier publication is known."
        return
    day = f"{digest['previous_as_of_date']}" + (
        ", a later day" if digest["previous_as_of_date"] > digest["as_of_date"] else ""
    )
    if not digest["change_count"]:
        yield f"Nothing has changed since the publication as of {day}."
        return
    customers = [
        f"{digest[f'{kind}_count']:,} {word}"
        + ("" if digest[f"{kind}_amount"] is None else f" ({digest[f'{kind}_amount']:+,.0f})")
        for kind, word in CUSTOMERS_CHANGED.items()
        if digest[f"{kind}_count"]
    ]
    health = [
        f"{digest[f'health_{way}_count']:,} {words}"
        for way, words in (("fallen", "to a worse band"), ("risen", "to a better one"))
        if digest[f"health_{way}_count"]
    ]
    lost = f", {digest['renewal_lost_count']:,} of them lost" if digest["renewal_lost_count"] else ""
    parts = [
        f"customers: {', '.join(customers)}" if customers else "",
        f"health: {', '.join(health)}" if health else "",
        counted(digest["renewal_passed_count"], "renewal") + f" passed{lost}" if digest["renewal_passed_count"] else "",
        counted(digest["rejected_row_count"], "row") + " newly rejected" if digest["rejected_row_count"] else "",
        counted(digest["month_restated_count"], "month") + " restated" if digest["month_restated_count"] else "",
    ]
    yield f"Since the publication as of {day}: {'; '.join(filter(None, parts))}."
    if digest["previous_mrr_amount"] is None:
        yield "That publication reports in another currency: by how much MRR has changed is not known."


def outcome_of(seconds, error):
    """How a run ended: published, as a whole or in part, only where the step publish came back."""
    if isinstance(error, Interrupted):
        return "interrupted"
    if "publish" in seconds and isinstance(error, WithheldError):
        return "published in part"
    return "published" if error is None and "publish" in seconds else "failed"


def summarise(settings, started_at, earlier, seconds, error, is_unchanged=False):
    """The content of the summary, as it is written to run_summary.json. What was not rebuilt is left out."""
    outcome = "unchanged" if is_unchanged and not error else outcome_of(seconds, error)
    was_built = outcome == "unchanged" or ("check raw" in seconds and outcome != "interrupted")
    checked = ("raw", "marts") if "check marts" in seconds or is_unchanged else ("raw",)
    levels = levels_of(settings.warehouse) if was_built else {"as_of_date": None, "mrr_amount": None, "inputs": []}
    missing = missing_of(settings) if was_built else None
    rejected = rows_of(
        settings.warehouse,
        "select input_name, reject_reason, count(*) as row_count, sum(amount_at_stake) as amount_at_stake "
        "from marts.rejected_rows group by all order by amount_at_stake desc nulls last, row_count desc, input_name, reject_reason",
    )
    downgrades = rows_of(
        settings.warehouse, "select count(*) as downgrade_count from marts.health_alerts where alert_status = 'opened'"
    )
    return {
        "outcome": outcome,
        # An error that nobody foresaw may have no text of its own.
        "error": None if error is None else str(error) if hasattr(error, "exit_code") else described(error),
        "started_at": started_at,
        "seconds": seconds,
        "published": settings.published / FILE_NAME,
        **levels,
        "previous_as_of_date": earlier[0]["as_of_date"] if earlier else None,
        "previous_mrr_amount": earlier[0]["mrr_amount"] if earlier else None,
        "rejected": rejected if was_built else [],
        "health_fall_count": downgrades[0]["downgrade_count"] if was_built and downgrades else None,
        "changes": digest_of(settings) if "build" in seconds else None,
        "are_changes_known": "build" in seconds and are_changes_known(settings),
        "missing_mrr": missing,
        "exceeds_max_rejected_rate": [
            row["input_name"] for row in levels["inputs"] if row.get("exceeds_max_rejected_rate")
        ],
        "anomalies": all_anomalies(settings, levels, earlier, missing, checked) if was_built else [],
        "notes": notes_of(settings.warehouse, newest_of(levels["inputs"]), settings.vars) if was_built else [],
        "withheld": withheld_in(settings) if outcome.startswith("published") else [],
        "failures": failures_of(settings) if was_built and error is not None else [],
        "next": next_steps(settings, outcome, seconds),
    }


def next_steps(settings, outcome, seconds):
    """What to open, or to look into, after a run; a line each."""
    if outcome == "unchanged" or outcome.startswith("published"):
        return [f"Open next: {settings.published / 'report' / 'index.html'}, after {command_of(settings, 'report')}"]
    files = [("check raw", "quality.html"), ("load", "dbt.log")]
    places = [str(settings.warehouse.with_name(name)) for step, name in files if step in seconds]
    return [f"Look into: {', '.join(filter(os.path.exists, places))}"] if any(map(os.path.exists, places)) else []


def few(lines, shown, more):
    """The first lines; of the others how many there are."""
    lines = list(lines)
    yield from lines[:shown]
    if len(lines) > shown:
        yield f"{more[0]}: {len(lines) - shown:,} more {more[1]}, all in run_summary.json"


def input_lines(inputs, is_verbose):
    """How many rows came and what became of them: in all, with --verbose of each input."""
    names = {"staged": "staged_row_count", "superseded": "superseded_row_count", "rejected": "rejected_row_count"}

    def line(name, rows):
        counts = " + ".join(f"{sum(row[column] for row in rows):,} {word}" for word, column in names.items())
        return f"{name}: {sum(row['raw_row_count'] for row in rows):,} rows = {counts}"

    if is_verbose:
        yield from (line(row["input_name"], [row]) for row in inputs)
    elif provided := [row for row in inputs if row["raw_row_count"]]:
        yield line(counted(len(provided), "input"), provided)


def lines_of(summary, is_verbose=False):
    """The summary in words."""
    if summary["outcome"] == "interrupted":
        yield (
            f"Customer Value: {summary['error']} after {sum(summary['seconds'].values()):.0f} s of finished steps "
            f"({', '.join(summary['seconds']) or 'none'}). What was published stays published."
        )
        return
    if summary["outcome"] == "unchanged":
        yield "Nothing has changed since the last publication: neither inputs nor code, vars or settings. Nothing was built."
    yield f"Customer Value: {summary['outcome']}, as of {summary['as_of_date'] or 'no day'}, in {sum(summary['seconds'].values()):.0f} s"
    if summary["error"]:
        yield from summary["error"].splitlines()
    said = summary["error"] or ""
    for failure in summary["failures"]:
        if failure["text"] not in said:
            yield f"failed: {failure['text']}"
    for row in summary.get("withheld", []):
        day = f"readers see it as of {row['as_of_date']}" if row["as_of_date"] else "readers do not see it"
        yield f"{row['status']}: {row['mart_name']}: {day}"
    if excess := summary.get("exceeds_max_rejected_rate"):
        yield f"More is rejected than the var max_rejected_rate allows, of {', '.join(excess)}."
    if missing := summary.get("missing_mrr"):
        yield missing["text"]
    if summary["mrr_amount"] is not None:
        before = summary["previous_mrr_amount"]
        move = (
            f", {summary['mrr_amount'] - before:+,.0f} since {summary['previous_as_of_date']}"
            if before is not None
            else ""
        )
        yield f"MRR {summary['mrr_amount']:,.0f}{move}"
    if summary["health_fall_count"] is not None:
        yield f"Health: {summary['health_fall_count']} downgrades on the as-of day"
    if summary.get("are_changes_known"):
        yield from digest_lines(summary["changes"])
    yield from input_lines(summary["inputs"], is_verbose)
    # A warehouse that an earlier version built, and this one failed to, has no such column.
    conflicts = (
        f"conflict: {row['input_name']}: {row['conflict_count']:,} keys have rows of one load that differ, and no "
        "column says which of them counts"
        for row in summary["inputs"]
        if row.get("conflict_count")
    )
    yield from few(conflicts, SHOWN_CONFLICTS, ("conflict", "inputs"))
    rejected = (
        f"rejected: {row['input_name']}: {row['reject_reason']}: {counted(row['row_count'], 'row')}"
        + (f", {row['amount_at_stake']:,.2f} at risk" if row["amount_at_stake"] else "")
        for row in summary["rejected"]
    )
    yield from few(rejected, SHOWN_REASONS, ("rejected", "reasons"))
    # What is withheld, and why, is said above.
    unusual = [line for line in summary["anomalies"] if not (summary.get("withheld") and line.startswith("withheld: "))]
    yield from few((f"warning: {line}" for line in unusual), SHOWN_WARNINGS, ("warning", "anomalies"))
    yield from few((f"note: {line}." for line in summary.get("notes", [])), SHOWN_WARNINGS, ("note", "notes"))
    if summary["outcome"] == "unchanged" or summary["outcome"].startswith("published"):
        yield f"The marts are in {summary['published']}, schema marts."
    else:
        yield "What was published stays published."
    yield from summary.get("next", [])


def send(address, text):
    """Post a text to a webhook. A failed delivery is a warning: the run is what counts."""
    if urllib.parse.urlsplit(address).scheme not in ("http", "https"):
        say("warning: CUSTOMER_VALUE_WEBHOOK: found no http or https address; nothing was sent.")
        return
    request = urllib.request.Request(
        address, json.dumps({"text": text}).encode(), {"Content-Type": "application/json"}, method="POST"
    )
    try:
        urllib.request.urlopen(request, timeout=10).close()
    except (OSError, ValueError) as error:
        # The address may hold a secret: it is not repeated.
        say(f"warning: CUSTOMER_VALUE_WEBHOOK: the summary was not delivered ({type(error).__name__}).")


def file_of(settings):
    """Where the summary of the run that ended last is written."""
    return settings.warehouse.with_name("run_summary.json")


def write(settings, summary):
    """Write run_summary.json in one piece. A failure is a warning: the run is what counts."""
    file = file_of(settings)
    unfinished = file.with_name(f"{file.name}.{os.getpid()}.tmp")
    try:
        unfinished.write_text(json.dumps(summary, indent=2, default=str) + "\n")
        unfinished.replace(file)
    except OSError as failure:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
            say(f"warning: {file}: the summary was not written ({failure.strerror}).")


class Run:
    """A run from its first moment, with the seconds of each step that was done."""

    def __init__(self, settings):
        self.settings = settings
        self.started_at = datetime.now(UTC).isoformat(timespec="seconds")
        self.seconds = {}
        self.earlier = []
        self.is_unchanged = False

    def begin(self, is_unchanged):
        """Write that the run is running, for one that is killed can write nothing. The lock is held.

        One in which nothing has changed has nothing to do but to say so.
        """
        self.is_unchanged = is_unchanged
        with suppress(OSError, ValueError):
            before = json.loads(file_of(self.settings).read_text())
            if before["outcome"] == "running":
                say(f"The run before, started at {before['started_at']}, did not end: it was killed.")
        write(self.settings, {"outcome": "running", "started_at": self.started_at, "process_id": os.getpid()})
        self.earlier = earlier_publications(self.settings)

    def report(self, error):
        """Write run_summary.json, send and print the summary."""
        with opened(self.settings.warehouse):
            summary = summarise(self.settings, self.started_at, self.earlier, self.seconds, error, self.is_unchanged)
        write(self.settings, summary)
        text = "\n".join(lines_of(summary, self.settings.verbose))
        # A terminal that was closed cannot be written to.
        with suppress(OSError):
            say(text if terminal.is_json else f"\n{text}", "summary", summary=summary)
        if self.settings.webhook:
            with suppress(OSError):
                send(self.settings.webhook, text)
        if isinstance(error, Interrupted):
            error.is_said = True
