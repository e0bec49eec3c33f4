"""The command line: one command for each step of the pipeline, and `run` for all of them."""

import gc
import importlib
import os
import sys
import time
from contextlib import ExitStack, suppress

import click

from customer_value import signals
from customer_value.lock import writer_lock
from customer_value.settings import (
    FORCE,
    KEEP,
    PARQUET,
    PATHS,
    PUBLISH_REJECTED,
    READERS,
    SAYING,
    STRICT,
    Place,
    Settings,
)
from customer_value.terminal import say, terminal

# The exit code of an error that nobody foresaw: Python's own would be that of a build that failed.
UNEXPECTED = 4

# The steps of each command that writes, as module and function: a command imports what it needs, for dbt and Great
# Expectations take seconds.
STEPS = {
    "load": [("publish", "note_publication"), ("load", "load"), ("check", "check_raw")],
    "build": [("build", "build")],
    "check": [("check", "check_marts"), ("summary", "watch")],
    "publish": [("publish", "publish")],
}
STEPS["run"] = [step for steps in STEPS.values() for step in steps]
STEPS["docs"] = [("build", "docs")]


@click.group(context_settings={"show_default": True, "max_content_width": 120})
def cli():
    """What a subscription company's customers are worth: load, build, check and publish.

    Exit code 0: done. 1: the build or a check failed. 2: the inputs or the call are at fault. 3: another run holds the warehouse.
    4: an unexpected error, a fault of the program. 129, 130, 143: interrupted by SIGHUP, SIGINT (Ctrl-C), SIGTERM.
    """


def take_steps(settings, name, seconds):
    """Take the steps of a command one after the other; `seconds` gets the time of each that was done."""
    for module, function in STEPS[name]:
        # A library may have taken the signal for a fault of its own.
        if interrupted := signals.interruption():
            raise interrupted
        started = time.monotonic()
        getattr(importlib.import_module(f"customer_value.{module}"), function)(settings)
        step = function.replace("_", " ")
        seconds[step] = round(time.monotonic() - started, 1)
        say(f"{step}: done in {seconds[step]:.1f} s", "step_done", step=step, seconds=seconds[step])
    if name in ("build", "check", "publish", "run"):
        from customer_value.failures import require_whole

        require_whole(settings)


def run(settings, wait):
    """All steps in one go, with a summary at the end, whatever the end is; the lock is held until it is written.

    Where nothing has changed since the last publication there is none to take.
    """
    terminal.set_up(settings)
    terminal.has_summary = True
    signals.block()
    from customer_value import unchanged
    from customer_value.summary import Run

    this, error = Run(settings), None
    with ExitStack() as held:
        try:
            signals.unblock()
            held.enter_context(writer_lock(settings, "run", wait))
            found = unchanged.fingerprint(settings)
            before = unchanged.published_inputs(settings, found)
            this.begin(unchanged.is_unchanged(found, before))
            if this.is_unchanged:
                return
            selected = unchanged.selection(settings, found, before)
            unchanged.forget(settings)
            from customer_value.build import begun

            with begun(settings, selected, has_seeds=before is not None):
                take_steps(settings, "run", this.seconds)
            unchanged.keep(settings, found)
        except BaseException as caught:
            error = signals.interruption() or caught
            if error is caught:
                raise
            raise error from None
        finally:
            signals.hold()
            this.report(error)


# --help lists the commands in the order of the pipeline.
cli.list_commands = lambda context: list(cli.commands)


@click.pass_context
def write(context, wait, **given):
    """Hold the warehouse's lock while a command takes its steps."""
    # What is wrong with the settings is said as asked for, too.
    terminal.log_format, terminal.is_verbose = given["log_format"], given["verbose"]
    settings, name = Settings.of(**given), context.info_name
    terminal.set_up(settings)
    if name == "run":
        return run(settings, wait)
    with writer_lock(settings, name, wait):
        take_steps(settings, name, {})


WAIT = click.Option(
    ["--wait"], type=click.FloatRange(0), default=0, metavar="SECONDS", help="How long to wait for another run to end."
)
for name, options, text in (
    ("load", [], "Check the inputs and make them visible to the warehouse."),
    ("build", [PUBLISH_REJECTED], "Run dbt build: models and their data tests."),
    ("check", [STRICT], "Test the marts against the expectations."),
    ("publish", [PARQUET, KEEP, READERS], "Publish the marts to readers in one step."),
    ("docs", [], "Write dbt's documentation, beside the report."),
    ("run", [STRICT, PUBLISH_REJECTED, PARQUET, KEEP, READERS, FORCE], "Load, build, check, publish; write a summary."),
):
    cli.add_command(click.Command(name, callback=write, params=[*PATHS, *options, *SAYING, WAIT], help=text))


@cli.command(params=[*PATHS, WAIT])
@click.argument("customer_id")
def forget(customer_id, wait, **given):
    """Erase a customer's name and addresses from everything that is kept; the numbers stay."""
    from customer_value.forget import forget

    settings = Settings.of(**given)
    with writer_lock(settings, "forget", wait):
        forget(settings, customer_id)


DIRECTORY = click.Argument(["company"], required=False, type=Place(file_okay=False), metavar="[DIR]")


@cli.command(params=[DIRECTORY, *PATHS[1:], click.Option(["--json", "as_json"], is_flag=True, help="For machines.")])
def doctor(as_json, **given):
    """Look at a company's inputs before any build: what is there, what would be wrong or empty, what to do.

    DIR is the folder of the company, as with --company. Nothing is written into it. Exit code 0: it could look; 2: the
    inputs cannot be read.
    """
    from customer_value.doctor import doctor

    doctor(Settings.of(**given), as_json)


FILE = Place(exists=True)


@cli.command()
@click.argument("company", type=Place(file_okay=False), metavar="DIR")
@click.option("--gross-margin", type=click.FloatRange(0, 1), help="Share of revenue left after the cost of serving it.")
@click.option("--currency", help="ISO 4217 code of prices that do not say theirs.")
@click.option(
    "--interval",
    type=click.Choice(["day", "week", "month", "quarter", "year"]),
    help="Of prices that do not say theirs.",
)
@click.option("--time-zone", help="Of days and months, for example Europe/Berlin.")
@click.option("--as-of", default="", metavar="YYYY-MM-DD", help="Day that every number is as of.")
@click.option(
    "--subscriptions", type=FILE, help="File with a row per subscription: customer, start, end, MRR or price."
)
@click.option("--bills", type=FILE, help="File with a row per bill: customer, date, amount.")
@click.option("--end-is-inclusive", is_flag=True, help="The end of a subscription is its last day.")
@click.option(
    "--leave-out-without-customer",
    is_flag=True,
    help="Rows without a customer are rejected, counted, and stop nothing.",
)
@click.option("--connector", multiple=True, metavar="INPUT=MODEL", help="A connector's model; may be repeated.")
@click.option("--yes", is_flag=True, help="Ask nothing.")
def init(company, as_of, yes, **given):
    """Set up a company in one command: its vars, its files, the doctor, the first run and the first report.

    DIR is its folder, with the files in it, or in DIR/raw, as they are.
    """
    from customer_value.init import init

    init(Settings.of(company=company, as_of=as_of), given, yes, lambda settings: run(settings, 0))


PDF = click.Option(["--pdf"], is_flag=True, help="And a board report of two pages as PDF; needs Chromium or Chrome.")


@cli.command(params=[*PATHS, PDF])
def report(pdf, **given):
    """Write the dashboard of the published marts."""
    from customer_value.report import report

    report(Settings.of(**given), pdf)


@cli.command(params=[*PATHS])
@click.option("--excel", type=Place(dir_okay=False), help="Workbook to write: a sheet for each mart, types kept.")
@click.option("--mart", "marts", multiple=True, metavar="MART", help="Only this mart in it; may be repeated.")
@click.option(
    "--csv",
    "analyses",
    type=(str, Place(dir_okay=False)),
    multiple=True,
    metavar="QUESTION FILE",
    help="Answer of a question of analyses/ to write, for example hubspot_companies companies.csv; may be repeated.",
)
def export(excel, marts, analyses, **given):
    """Write the published marts as an Excel workbook, or as files that a CRM imports."""
    if not (excel or analyses):
        raise click.UsageError("found nothing to write, expected --excel FILE or --csv QUESTION FILE.")
    from customer_value.export import export

    export(Settings.of(**given), excel, marts, analyses)


@cli.command(params=[*PATHS])
@click.option("--port", type=click.IntRange(0, 65535), default=8000, help="Port on this machine; 0 for any free one.")
def serve(port, **given):
    """Serve the dashboard on this machine.

    It is rebuilt after each publication.
    """
    from customer_value.report import serve

    serve(Settings.of(**given), port)


@cli.command()
@click.option("--left", type=Place(), required=True, help="DuckDB file.")
@click.option("--right", type=Place(), required=True, help="DuckDB file.")
@click.option("--rename", multiple=True, metavar="MART.OLD=NEW", help="A column's new name; may be repeated.")
@click.option(
    "--leave-out",
    multiple=True,
    metavar="MART[.COLUMN]",
    help="What not to compare, in the right file's names; may be repeated.",
)
@click.option(
    "--tolerance",
    type=click.FloatRange(0),
    default=0,
    help="By how much numbers with decimals may differ: 0.00000001 is the last decimal of rates and amounts; large ones by the 14th digit.",
)
def compare(left, right, rename, leave_out, tolerance):
    """Compare the marts of two files, cell by cell.

    Each is a publication or a warehouse.
    """
    from customer_value.compare import compare

    compare(left, right, rename, leave_out, tolerance)


@cli.command(params=[each for each in PATHS if each.name in ("company", "raw")])
@click.option("--customers", type=click.IntRange(1), default=2000)
@click.option("--months", type=click.IntRange(1), default=36)
@click.option("--seed", default=1)
@click.option("--events-per-customer-month", type=click.FloatRange(0), default=26)
@click.option(
    "--as",
    "first_landing",
    metavar="LANDING ...",
    help="Write it in vendors' tables: --as stripe_fivetran segment zendesk.",
)
@click.argument("landings", nargs=-1, metavar="")
def generate(company, raw, first_landing, landings, **sizes):
    """Write the demonstration company."""
    from customer_value.generate import generate

    if landings and not first_landing:
        raise click.UsageError(f"found {landings[0]}, expected names of landings after --as alone.")
    generate(raw, landings=(first_landing, *landings) if first_landing else (), company=company, **sizes)


def main(argv=None):
    """Run one command. Returns the exit code."""
    try:
        return cli.main(argv, "customer-value", standalone_mode=False) or 0
    except click.Abort:
        raise KeyboardInterrupt from None
    except (Exception, signals.Interrupted) as caught:
        error = caught if isinstance(caught, signals.Interrupted) else signals.interruption() or caught
        # A terminal that was closed cannot be written to.
        with suppress(OSError):
            if not hasattr(error, "exit_code"):
                terminal.confess(error)
            elif isinstance(error, click.ClickException) and not terminal.is_json:
                error.show()
            elif not getattr(error, "is_said", False):
                text = error.format_message() if isinstance(error, click.ClickException) else str(error)
                say(text, "error", sys.stderr, level="error", exit_code=error.exit_code)
        return getattr(error, "exit_code", UNEXPECTED)


def command():
    """The console script. Leaves at once: on the long way out duckdb complains of what Great Expectations still holds."""
    signals.listen()
    # What libraries load stays: looking through it for garbage again and again takes as long as a fifth of loading it.
    gc.disable()
    code = main()
    with suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    command()
