"""The summary of a run: rows of the inputs, rejected rows, change of MRR, anomalies and failures.

It is printed, written beside the warehouse as `run_summary.json` and, where CUSTOMER_VALUE_WEBHOOK names an address, sent
there as JSON that Slack and its like understand. An anomaly is a warning; `run --strict` stops before publication. Its
thresholds are vars of dbt_project.yml.
"""

import itertools
import json
import statistics
import urllib.parse
import urllib.request
from datetime import UTC, datetime, timedelta

import duckdb
import yaml

from customer_value.build import BuildError
from customer_value.contract import SOURCES
from customer_value.load import literal, quoted
from customer_value.publish import FILE_NAME, PREVIOUS
from customer_value.settings import project_file

# Rows of a failed test that are shown.
FAILING_ROWS = 3
HOURS = {"minute": 1 / 60, "hour": 1, "day": 24}


def rows_of(file, query):
    """Rows of a DuckDB file as dictionaries; none where the file cannot be read, or lacks a table that the query reads."""
    if not file.exists():
        return []
    with duckdb.connect() as connection:
        try:
            connection.execute(f"attach {literal(file)} as {quoted(file.stem)} (read_only)")
            connection.execute(f"use {quoted(file.stem)}")
            found = connection.execute(query)
            names = [column[0] for column in found.description]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        except (duckdb.CatalogException, duckdb.IOException):
            return []


def levels_of(file):
    """What a warehouse or a publication says: its as-of day, its MRR and the rows of its inputs."""
    levels = rows_of(
        file,
        "select as_of_date, (select arg_max(closing_mrr_amount, activity_month) from marts.mrr_monthly) as mrr_amount "
        "from marts.customers limit 1",
    )
    inputs = rows_of(file, "from marts.input_reconciliation order by raw_row_count desc")
    return {"as_of_date": None, "mrr_amount": None} | (levels[0] if levels else {}) | {"inputs": inputs}


def earlier_publications(settings):
    """Levels of the publications that readers have seen, the newest first."""
    files = [settings.published / FILE_NAME, *sorted((settings.published / PREVIOUS).glob("*.duckdb"), reverse=True)]
    return [levels_of(file) for file in files if file.exists()]


def stale_inputs(levels):
    """A line for each input whose newest row is older than its limit in _sources.yml, as of the as-of day."""
    (source,) = yaml.safe_load(SOURCES.read_text())["sources"]
    limits = {table["name"]: table["config"]["freshness"]["warn_after"] for table in source["tables"]}
    for row in levels["inputs"]:
        newest, limit = row["newest_loaded_at"], limits[row["input_name"]]
        allowed = timedelta(hours=limit["count"] * HOURS[limit["period"]])
        if newest and levels["as_of_date"] and newest.date() + allowed < levels["as_of_date"]:
            yield f"{row['input_name']}: its newest row is of {newest:%Y-%m-%d}, older than {limit['count']} {limit['period']}s"


def unusual_volumes(levels, earlier):
    """A line for each input with fewer rows than before, or unusually few or many new ones."""
    limits = project_file()["vars"]
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


def anomalies_of(levels, earlier):
    """The anomalies of the numbers, a line each."""
    found = [*stale_inputs(levels), *unusual_volumes(levels, earlier)]
    before = earlier[0]["mrr_amount"] if earlier else None
    after = levels["mrr_amount"]
    if before and after is not None and abs(after / before - 1) > project_file()["vars"]["max_mrr_change_rate"]:
        found.append(f"MRR went from {before:,.0f} to {after:,.0f} since the last publication")
    return found


def watch(settings):
    """Print the anomalies of the marts that were built.

    Raises BuildError in a strict run where there is one.
    """
    found = anomalies_of(levels_of(settings.warehouse), earlier_publications(settings))
    for line in found:
        print(f"warning: {line}")
    if found and settings.strict:
        raise BuildError("The run is strict and found anomalies: what was published stays published.")


def failures_of(settings):
    """What failed in the last dbt build: node, model, message and, of tests, the first failing rows."""
    target = settings.warehouse.parent / "target"
    try:
        results = json.loads((target / "run_results.json").read_text())["results"]
        nodes = json.loads((target / "manifest.json").read_text())["nodes"]
    except (OSError, ValueError):
        # dbt did not come to write them, or had no room to.
        return []
    found = []
    for result in results:
        if result["status"] not in ("fail", "error"):
            continue
        node = nodes.get(result["unique_id"], {})
        compiled = result.get("compiled_code") or ""
        is_test = node.get("resource_type") == "test" and result["status"] == "fail"
        rows = rows_of(settings.warehouse, f"select * from ({compiled}) limit {FAILING_ROWS}") if is_test else []
        found.append(
            {
                "name": node.get("alias") or result["unique_id"],
                "model": (node.get("attached_node") or result["unique_id"]).split(".")[2],
                "message": (result.get("message") or "").strip(),
                "rows": [{name: str(value) for name, value in row.items()} for row in rows],
            }
        )
    return found


def summarise(settings, started_at, earlier, seconds, error):
    """The content of the summary, as it is written to run_summary.json. What was not rebuilt is left out."""
    was_built = "check raw" in seconds
    levels = levels_of(settings.warehouse) if was_built else {"as_of_date": None, "mrr_amount": None, "inputs": []}
    rejected = rows_of(
        settings.warehouse,
        "select input_name, reject_reason, count(*) as row_count, sum(amount_at_stake) as amount_at_stake "
        "from marts.rejected_rows group by all order by amount_at_stake desc nulls last, row_count desc, input_name, reject_reason",
    )
    downgrades = rows_of(
        settings.warehouse, "select count(*) as downgrade_count from marts.health_alerts where alert_status = 'opened'"
    )
    return {
        "outcome": "published" if error is None else "failed",
        "error": None if error is None else str(error),
        "started_at": started_at,
        "seconds": seconds,
        "published": settings.published / FILE_NAME,
        **levels,
        "previous_as_of_date": earlier[0]["as_of_date"] if earlier else None,
        "previous_mrr_amount": earlier[0]["mrr_amount"] if earlier else None,
        "rejected": rejected if was_built else [],
        "health_fall_count": downgrades[0]["downgrade_count"] if was_built and downgrades else None,
        "anomalies": anomalies_of(levels, earlier) if was_built else [],
        "failures": failures_of(settings) if was_built and error is not None else [],
    }


def lines_of(summary):
    """The summary in words."""
    yield f"Customer Value: {summary['outcome']}, as of {summary['as_of_date'] or 'no day'}, in {sum(summary['seconds'].values()):.0f} s"
    if summary["error"]:
        yield from summary["error"].splitlines()
    for failure in summary["failures"]:
        yield f"failed: {failure['model']}: {failure['name']}: {failure['message']}"
        yield from ("    " + ", ".join(f"{name} = {value}" for name, value in row.items()) for row in failure["rows"])
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
    for row in summary["inputs"]:
        yield (
            f"{row['input_name']}: {row['raw_row_count']:,} rows = {row['staged_row_count']:,} staged + "
            f"{row['superseded_row_count']:,} superseded + {row['rejected_row_count']:,} rejected"
        )
    for row in summary["inputs"]:
        # A warehouse that an earlier version built, and this one failed to, has no such column.
        if row.get("conflict_count"):
            yield (
                f"conflict: {row['input_name']}: {row['conflict_count']:,} keys have rows of one load that differ, and no "
                "column says which of them counts"
            )
    for row in summary["rejected"][:10]:
        at_risk = f", {row['amount_at_stake']:,.2f} at risk" if row["amount_at_stake"] else ""
        yield f"rejected: {row['input_name']}: {row['reject_reason']}: {row['row_count']:,} rows{at_risk}"
    if len(summary["rejected"]) > 10:
        yield f"rejected: {len(summary['rejected']) - 10} more reasons, see rejected_rows"
    yield from (f"warning: {line}" for line in summary["anomalies"])
    if summary["outcome"] == "published":
        yield f"The marts are in {summary['published']}, schema marts."
    else:
        yield "What was published stays published."


def send(address, text):
    """Post a text to a webhook. A failed delivery is a warning: the run is what counts."""
    if urllib.parse.urlsplit(address).scheme not in ("http", "https"):
        print("warning: CUSTOMER_VALUE_WEBHOOK: found no http or https address; nothing was sent.")
        return
    request = urllib.request.Request(
        address, json.dumps({"text": text}).encode(), {"Content-Type": "application/json"}, method="POST"
    )
    try:
        urllib.request.urlopen(request, timeout=10).close()
    except (OSError, ValueError) as error:
        # The address may hold a secret: it is not repeated.
        print(f"warning: CUSTOMER_VALUE_WEBHOOK: the summary was not delivered ({type(error).__name__}).")


def report(settings, started_at, earlier, seconds, error):
    """Print the summary, write run_summary.json and send it."""
    summary = summarise(settings, started_at, earlier, seconds, error)
    file = settings.warehouse.with_name("run_summary.json")
    unfinished = file.with_suffix(".tmp")
    try:
        unfinished.write_text(json.dumps(summary, indent=2, default=str) + "\n")
        unfinished.replace(file)
    except OSError as failure:
        print(f"warning: {file}: the summary was not written ({failure.strerror}).")
    text = "\n".join(lines_of(summary))
    print(f"\n{text}", flush=True)
    if settings.webhook:
        send(settings.webhook, text)


def now():
    """The moment, in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")
