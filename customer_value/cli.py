"""The command line: one subcommand for each verb of the road that data takes."""

import argparse
import importlib
import os
import sys
import time
from pathlib import Path

from customer_value.lock import writer_lock
from customer_value.settings import Settings


def arguments():
    """The parser of the command line."""
    parser = argparse.ArgumentParser(prog="customer-value", description=__doc__)
    paths = argparse.ArgumentParser(add_help=False)
    paths.add_argument("--raw", help="folder of the inputs (CUSTOMER_VALUE_RAW, data/raw)")
    paths.add_argument("--warehouse", help="DuckDB file to build in (CUSTOMER_VALUE_WAREHOUSE)")
    paths.add_argument("--published", help="folder that readers use (CUSTOMER_VALUE_PUBLISHED, data/published)")
    paths.add_argument("--as-of", help="day that every number is as of, YYYY-MM-DD (CUSTOMER_VALUE_AS_OF)")
    paths.add_argument("--wait", type=float, default=0, help="seconds to wait for another run to end")
    verbs = parser.add_subparsers(dest="verb", required=True)
    parsers = {}
    for verb, help_text in {
        "load": "check the inputs and make them visible to the warehouse",
        "build": "dbt build: staging, intermediate, marts and their tests",
        "check": "hold the marts against the expectations",
        "publish": "hand the marts to readers in one step",
        "docs": "make dbt's documentation of every table, beside the report",
        "report": "make the dashboard of what is published",
        "serve": "show the dashboard on this machine, made anew after each publication",
        "run": "load, build, check and publish, with a summary",
    }.items():
        parsers[verb] = verbs.add_parser(verb, help=help_text, parents=[paths])
    for verb in ("check", "run"):
        parsers[verb].add_argument("--strict", action="store_true", help="stop where something is odd")
    for verb in ("publish", "run"):
        parsers[verb].add_argument(
            "--parquet", action="store_true", help="as Parquet files, too (CUSTOMER_VALUE_PARQUET)"
        )
    parsers["serve"].add_argument("--port", type=int, default=8000)
    compare = verbs.add_parser("compare", help="hold the marts of two publications or warehouses against each other")
    compare.add_argument("--left", required=True, help="DuckDB file")
    compare.add_argument("--right", required=True, help="DuckDB file")
    compare.add_argument("--rename", action="append", default=[], help="a column's new name: MART.OLD=NEW")
    compare.add_argument("--leave-out", action="append", default=[], help="MART or MART.COLUMN, in the right's names")
    generate = verbs.add_parser("generate", help="write the demonstration company")
    generate.add_argument("--raw", help="folder to write to (CUSTOMER_VALUE_RAW, data/raw)")
    generate.add_argument("--customers", type=int, default=2000)
    generate.add_argument("--months", type=int, default=36)
    generate.add_argument("--seed", type=int, default=1)
    generate.add_argument("--events-per-customer-month", type=float, default=26)
    return parser


# The steps of each verb, as module and function: a verb imports what it needs, for dbt and Great Expectations take seconds.
STEPS = {
    "load": [("publish", "note_publication"), ("load", "load"), ("check", "check_raw")],
    "build": [("build", "build")],
    "check": [("check", "check_marts"), ("summary", "watch")],
    "publish": [("publish", "publish")],
}
STEPS["run"] = [step for steps in STEPS.values() for step in steps]
STEPS["docs"] = [("build", "docs")]


def take_steps(settings, verb, seconds):
    """Take the steps of a verb one after the other; `seconds` gets the time of each that was done."""
    for module, function in STEPS[verb]:
        started = time.monotonic()
        getattr(importlib.import_module(f"customer_value.{module}"), function)(settings)
        name = function.replace("_", " ")
        seconds[name] = round(time.monotonic() - started, 1)
        print(f"{name}: done in {seconds[name]:.1f} s", flush=True)


def run(settings):
    """All verbs in one go, with a summary at the end, whatever the end is."""
    from customer_value.build import begun
    from customer_value.summary import earlier_publications, now, report

    started_at, earlier, seconds, error = now(), earlier_publications(settings), {}, None
    try:
        with begun(settings):
            take_steps(settings, "run", seconds)
    except Exception as caught:
        error = caught
        raise
    finally:
        report(settings, started_at, earlier, seconds, error)


def main(argv=None):
    """Run one verb. Exit code 0: done. 1: the build or the check failed. 2: the inputs or the call are at fault.

    3: another run holds the warehouse.
    """
    options = arguments().parse_args(argv)
    try:
        if options.verb == "generate":
            from customer_value.generate import generate

            generate(
                Settings.of(raw=options.raw).raw,
                options.customers,
                options.months,
                options.seed,
                options.events_per_customer_month,
            )
            return 0
        if options.verb == "compare":
            from customer_value.compare import compare

            compare(Path(options.left), Path(options.right), options.rename, options.leave_out)
            return 0
        settings = Settings.of(
            options.raw,
            options.warehouse,
            options.published,
            options.as_of,
            getattr(options, "strict", False),
            getattr(options, "parquet", False),
        )
        # Readers of what is published hold no lock.
        if options.verb in ("report", "serve"):
            from customer_value.report import report, serve

            report(settings) if options.verb == "report" else serve(settings, options.port)
            return 0
        with writer_lock(settings, options.verb, options.wait):
            if options.verb == "run":
                run(settings)
            else:
                take_steps(settings, options.verb, {})
        return 0
    except Exception as error:
        if not hasattr(error, "exit_code"):
            raise
        print(error, file=sys.stderr)
        return error.exit_code


def command():
    """The console script. Leaves at once: on the long way out duckdb complains of what Great Expectations still holds."""
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    command()
