"""check: test the inputs and the marts against the expectations in tests/expectations/, and write the quality page.

The page is ours: Great Expectations' own Data Docs fetch their style from other hosts and carry a tracking pixel.
"""

import html
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Literal

from customer_value.settings import DUCKDB, PROJECT
from customer_value.terminal import say

os.environ["GX_ANALYTICS_ENABLED"] = "false"
# The package `expectations` stands there, where only the project itself is on the path.
sys.path.append(str(PROJECT / "tests"))

import duckdb
import great_expectations as gx
from great_expectations.datasource.fluent import SQLDatasource
from great_expectations.execution_engine import SqlAlchemyExecutionEngine

from customer_value.build_metadata import build_of, record
from customer_value.errors import BuildError
from customer_value.failures import Failure, Project, names, withheld_of, withhold
from customer_value.files import files_of, literal
from expectations import marts, raw

NOT_EVALUATED = "could not be evaluated"


class DuckDBExecutionEngine(SqlAlchemyExecutionEngine):
    """Great Expectations closes a connection before it has fetched from it, which duckdb-engine does not survive.

    `opened` keeps the connections until `validate` closes them: an open one would lock the warehouse against dbt.
    """

    opened: ClassVar[list] = []

    @contextmanager
    def get_connection(self) -> Iterator:
        if not self._connection:
            self._connection = self.engine.connect()
            self.opened.append(self._connection)
        yield self._connection


class DuckDBDatasource(SQLDatasource):
    """A DuckDB file as a source of Great Expectations, which has none of its own."""

    type: Literal["duckdb"] = "duckdb"

    @property
    def execution_engine_type(self):
        return DuckDBExecutionEngine


@dataclass(frozen=True)
class Result:
    """The result of one expectation."""

    table: str
    expectation: str
    severity: str
    passed: bool
    observed: str


def observed_of(result):
    """What was found, in words: the share of rows that break the expectation, else the value itself."""
    share = result.result.get("unexpected_percent")
    if share is not None:
        return f"{share:.2f} % of the rows break it"
    value = result.result.get("observed_value")
    if value is None and not result.success:
        return NOT_EVALUATED
    return f"{value:,}" if isinstance(value, int) else str(value)


def validate(warehouse, schema, suites):
    """Test the tables of a schema of the warehouse against suites, by table. Returns the Results.

    Raises BuildError where there is no warehouse. An expectation that cannot be evaluated has not passed.
    """
    if not warehouse.exists():
        raise BuildError(f"{warehouse}: found no warehouse. Run load and build first.")
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_duckdb(schema, connection_string=f"duckdb:///{warehouse}?access_mode=read_only")
    found = []
    for table, expectations in suites.items():
        asset = source.add_query_asset(table, query=f"select * from {schema}.{table}")
        batch = asset.add_batch_definition_whole_table("whole").get_batch()
        for result in batch.validate(gx.ExpectationSuite(name=table, expectations=expectations)).results:
            found.append(
                Result(
                    table=f"{schema}.{table}",
                    expectation=result.expectation_config.description,
                    severity=str(result.expectation_config.severity.value),
                    passed=bool(result.success),
                    observed=observed_of(result),
                )
            )
    while DuckDBExecutionEngine.opened:
        connection = DuckDBExecutionEngine.opened.pop()
        connection.close()
        connection.engine.dispose()
    source.get_engine().dispose()
    return found


PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Customer Value: quality</title><style>
:root {{ color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }}
body {{ max-width: 70rem; margin: 2rem auto; padding: 0 1rem }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ text-align: left; padding: .35rem .6rem; border-bottom: 1px solid #8884; vertical-align: top }}
td:last-child {{ text-align: right; font-variant-numeric: tabular-nums }}
.passed::before {{ content: "✓ " }} .failed {{ font-weight: 700 }} .failed::before {{ content: "✗ " }}
</style></head><body><h1>Quality of the last run</h1><p>{summary}</p>
<table><thead><tr><th>Outcome<th>Table<th>Expectation<th>Severity<th>Observed</thead><tbody>
{rows}
</tbody></table></body></html>
"""


def summary_of(results):
    """How many expectations hold, in a sentence."""
    failed = [result for result in results if not result.passed]
    critical = sum(result.severity == "critical" for result in failed)
    return f"{len(results) - len(failed)} of {len(results)} expectations hold; {critical} critical ones do not."


def write_page(path, results):
    """Write the quality page: what failed first."""
    rows = "\n".join(
        f"<tr><td class={'passed' if result.passed else 'failed'}>{'holds' if result.passed else 'fails'}"
        + "".join(
            f"<td>{html.escape(text)}" for text in (result.table, result.expectation, result.severity, result.observed)
        )
        for result in sorted(results, key=lambda result: result.passed)
    )
    path.write_text(PAGE.format(summary=summary_of(results), rows=rows))


def gate(settings, schema, suites):
    """Test a schema against its suites and add the results to the quality page.

    Returns the results of all schemas that the page shows, and the critical failures of this one.
    """
    results = validate(settings.warehouse, schema, suites)
    file = settings.warehouse.parent / "quality.json"
    kept = json.loads(file.read_text()) if file.exists() else {}
    kept[schema] = [vars(result) for result in results]
    file.write_text(json.dumps(kept))
    page = settings.warehouse.parent / "quality.html"
    shown = [Result(**fields) for part in kept.values() for fields in part]
    write_page(page, shown)
    failed = [result for result in results if not result.passed]
    for result in failed:
        say(f"{result.severity}: {result.table}: {result.expectation}: does not hold: {result.observed}")
    say(f"{schema}: {summary_of(results)} See {page}")
    return shown, [result for result in failed if result.severity == "critical"]


def stop(schema, failed):
    """Raise BuildError for critical expectations that do not hold."""
    lines = [f"{result.table}: {result.expectation}: does not hold: {result.observed}" for result in failed]
    text = f"{schema}: a critical expectation does not hold: what was published stays published."
    raise BuildError("\n".join([text, *lines]))


def check_raw(settings):
    """Test the inputs that are provided against tests/expectations/raw.py.

    Raises BuildError where a critical expectation does not hold.
    """
    if settings.target != DUCKDB and settings.vars["raw_schema"]:
        # What is on the server already is tested by the models.
        return
    provided = {name: suite for name, suite in raw.suites().items() if files_of(settings.raw, name)}
    _, failed = gate(settings, "raw", provided)
    if failed:
        stop("raw", failed)


def withhold_failed(settings, failed, withheld):
    """Withhold the marts of critical expectations that do not hold, too. Raises BuildError where one stops everything."""
    project = Project(settings)
    nodes = {name: unique_id for unique_id, name in project.marts.items()}
    failures = [
        Failure(
            model=(mart := result.table.partition(".")[2]),
            rule=result.expectation,
            message=result.observed,
            nodes=tuple(filter(None, [nodes.get(mart)])),
        )
        for result in failed
    ]
    if any(project.stops(failure) for failure in failures):
        stop("marts", failed)
    known = {each.mart for each in withheld}
    more = [each for each in project.withheld(failures) if each.mart not in known]
    record(settings, "partial_build", project.build_id)
    withhold(settings, project.build_id, [*withheld, *more])
    say(f"withheld: {names([*withheld, *more])}; all others go on.")


def check_marts(settings):
    """Test the marts against tests/expectations/marts.py, and record their build where they pass.

    Raises BuildError where a critical expectation of the core does not hold.
    """
    withheld = withheld_of(settings)
    skipped = {each.mart for each in withheld}
    suites = {mart: suite for mart, suite in marts.suites().items() if mart not in skipped}
    results, failed = gate(settings, "marts", suites)
    if failed:
        withhold_failed(settings, failed, withheld)
    with duckdb.connect() as connection:
        connection.execute(f"attach {literal(settings.warehouse)} as warehouse (read_only)")
        build = build_of(connection, "warehouse")
    if build is not None:
        record(settings, "checked_build", build[0])
        record(settings, "held_expectation_count", str(sum(result.passed for result in results)))
        record(settings, "expectation_count", str(len(results)))
