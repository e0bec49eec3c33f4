"""build: `dbt build`, in a process of its own, so that its memory and its lock on the warehouse end with it."""

import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress

from customer_value.dbt_process import COMMAND, LIFELINE
from customer_value.errors import BuildError
from customer_value.failures import CHECKED_IN_MODELS, settle, warnings_of
from customer_value.queries import rows_of
from customer_value.server import server_of
from customer_value.settings import PROJECT
from customer_value.terminal import lines_in, say, terminal

# Every layer with its data tests; each model checks its key and its rules itself (macros/check_model.sql). Unit tests prove the code,
# not the data: they are left to `make test`.
BUILD = (
    "build",
    "--exclude-resource-type",
    "unit_test",
    "--exclude",
    *(f"test_name:{name}" for name in CHECKED_IN_MODELS),
)

# What follows BUILD where the seeds are loaded already; tests that read a model, too, are not left out with them.
WITHOUT_SEEDS = ("resource_type:seed", "--indirect-selection", "cautious")

# The build that `begun` has started, and whether it is one of some models alone, until `build` lets it in.
waiting = []

# Lines of dbt that are quoted where it failed and named no model; what it says as the last thing, and what a library says after it.
QUOTED_LINES = 40
ENCOUNTERED = re.compile(r"Encountered an error|Completed with \d+ error")
AFTERWARDS = re.compile(r"nanobind: | - leaked | - \.\.\. skipped|See https://nanobind")
POSITION = re.compile(r"(\d+) of (\d+) ")


def log_of(settings):
    """Where dbt's output is, unless --verbose passes it through: that of the last command."""
    return settings.warehouse.with_name("dbt.log")


@contextmanager
def logged(settings):
    """The file that dbt's output goes to; None where it is passed through. Raises BuildError where it cannot be written."""
    if settings.verbose:
        yield None
        return
    file = log_of(settings)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        output = file.open("wb")
    except OSError as error:
        raise BuildError(f"{file}: cannot be written ({error.strerror}). See to the folder's rights.") from error
    with output:
        yield output


@contextmanager
def started(settings, *arguments, output=None):
    """A dbt command on its way, its output passed through, or written to a file; it waits until `finish` lets it open the warehouse.

    It inherits the lock on the warehouse, and is a process group of its own: a terminal's Ctrl-C comes here alone, and
    the group ends here. Where this process is killed, the pipe ends, and dbt with it.
    """
    if arguments[0] == "build":
        # What this build does not come to write must not be read as its own.
        (settings.warehouse.parent / "target" / "run_results.json").unlink(missing_ok=True)
    inside, lifeline = os.pipe()
    os.set_inheritable(inside, True)
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, *arguments, *settings.dbt_vars],
        cwd=PROJECT,
        # What is built here is published by the command line, or not at all.
        env=settings.environment()
        | {LIFELINE: str(inside), "CUSTOMER_VALUE_PUBLISHES": "1"}
        | {"DBT_LOG_FORMAT": "json" if terminal.is_json and output is None else "default"}
        | {"DBT_USE_COLORS": str(output is None and terminal.has_colours)},
        stdout=output,
        # What libraries say to nobody is no news either.
        stderr=None if output is None else subprocess.STDOUT,
        close_fds=False,
        process_group=0,
    )
    process.lifeline = lifeline
    try:
        os.close(inside)
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        os.close(lifeline)


def followed(process, command, log):
    """Wait for a dbt command, and show how far it is to somebody who looks on. The exit code."""
    while True:
        try:
            return process.wait(1 if log and terminal.is_live else None)
        except subprocess.TimeoutExpired:
            found = next(filter(None, map(POSITION.match, reversed(lines_in(log)))), None)
            terminal.show(f"{command}: {found[1]} of {found[2]}" if found else f"{command}: reads the project")


def finish(process, command, log=None):
    """Let a dbt command in and wait for it. Raises BuildError where it fails."""
    # A dbt that could not read the project is gone: its exit code says so.
    with suppress(BrokenPipeError):
        os.write(process.lifeline, b"!")
    code = followed(process, command, log)
    if code < 0:
        raise BuildError(
            f"dbt {command} was ended by {signal.Signals(-code).name}, which the system sends where memory runs out: "
            "what was published stays published."
        )
    if code != 0:
        raise BuildError(f"dbt {command} failed: what was published stays published.")


def quoted_of(settings):
    """What dbt said of its failure, where it was not passed through: the lines, and where all of them are."""
    if settings.verbose:
        return []
    lines = [line for line in lines_in(log_of(settings)) if line and not AFTERWARDS.match(line)]
    last = max((number for number, line in enumerate(lines) if ENCOUNTERED.match(line)), default=None)
    shown = lines[-QUOTED_LINES:] if last is None else lines[last + 1 :][:QUOTED_LINES]
    return [*shown, f"All that dbt said is in {log_of(settings)}"]


def dbt(settings, *arguments):
    """Run a dbt command against the warehouse. Raises BuildError where it fails."""
    with logged(settings) as output, started(settings, *arguments, output=output) as process:
        finish(process, arguments[0], log_of(settings) if output else None)


@contextmanager
def begun(settings, selected=(), has_seeds=False):
    """Start the build ahead, of everything or of what is selected: dbt reads the project while the inputs are checked, and waits
    until `build` lets it in. Seeds that the warehouse has are not loaded again.

    It opens the warehouse only after that (customer_value/duckdb_plugin.py), and ends where `build` is never reached. On a server
    nothing would hold it back: there it begins with `build`.
    """
    if server_of(settings):
        yield
        return
    arguments = [*BUILD, "--select", *selected] if selected else [*BUILD, *(WITHOUT_SEEDS if has_seeds else ())]
    with logged(settings) as output, started(settings, *arguments, output=output) as process:
        waiting.append((process, bool(selected)))
        try:
            yield
        finally:
            waiting.clear()


def day_and_currency(settings):
    """What every model of the warehouse stands by: the as-of day and the currency."""
    return rows_of(settings.warehouse, "select as_of_date, reporting_currency from staging.run_settings")


def finish_begun(settings, process, is_partial):
    """Let in the build that has begun; where it is one of some models, and all others stand by another day, build them all.

    Raises BuildError where dbt fails.
    """
    before = day_and_currency(settings) if is_partial else None
    try:
        finish(process, "build", None if settings.verbose else log_of(settings))
    except BuildError:
        if not is_partial or day_and_currency(settings) == before:
            raise
    else:
        if not is_partial or day_and_currency(settings) == before:
            return
    say("The as-of day or the currency is another than that of the last publication: all models are built.")
    dbt(settings, *BUILD)


def build(settings):
    """Build the warehouse, with the dbt that has begun where there is one.

    Raises BuildError where dbt fails in what nothing may be published without.
    """
    server = server_of(settings)
    try:
        if waiting:
            finish_begun(settings, *waiting.pop())
        else:
            dbt(settings, *BUILD)
    except BuildError as error:
        if server:
            server.mirror()
        note(settings)
        settle(settings, error, quoted_of(settings))
    else:
        if server:
            server.mirror()
        note(settings)


def note(settings):
    """Say of a build what is no failure, but news: models that were rebuilt in full, and tests that warn."""
    if not settings.verbose:
        for line in lines_in(log_of(settings)):
            if line.endswith("its definition has changed, it is rebuilt in full."):
                say(line)
    for line in warnings_of(settings):
        say(f"warning: {line}")


def docs(settings):
    """Write dbt's documentation of every model, column and test as one page, beside the report.

    Raises BuildError where dbt fails, or the page cannot be written.
    """
    try:
        dbt(settings, "docs", "generate", "--static")
    except BuildError as error:
        raise BuildError("\n".join([str(error), *quoted_of(settings)])) from None
    page = settings.published / "docs" / "index.html"
    unfinished = page.with_name("index.html.tmp")
    try:
        page.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(settings.warehouse.parent / "target" / "static_index.html", unfinished)
        os.replace(unfinished, page)
    except OSError as error:
        raise BuildError(f"{page}: cannot be written ({error}).") from error
    say(f"The documentation is in {page}", "written", file_written=page)
