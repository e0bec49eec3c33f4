"""build: `dbt build`, in a process of its own, so that its memory and its lock on the warehouse end with it."""

import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress

from customer_value.dbt_process import COMMAND, LIFELINE
from customer_value.errors import BuildError
from customer_value.failures import settle
from customer_value.server import server_of
from customer_value.settings import PROJECT

# Every layer with its data tests. Unit tests prove the code, not the data: they are left to `make test`.
BUILD = ("build", "--exclude-resource-type", "unit_test")

# The build that `begun` has started, until `build` lets it in.
waiting = []


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
        env=settings.environment() | {LIFELINE: str(inside), "CUSTOMER_VALUE_PUBLISHES": "1"},
        stdout=output,
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


def finish(process, command):
    """Let a dbt command in and wait for it. Raises BuildError where it fails."""
    # A dbt that could not read the project is gone: its exit code says so.
    with suppress(BrokenPipeError):
        os.write(process.lifeline, b"!")
    code = process.wait()
    if code < 0:
        raise BuildError(
            f"dbt {command} was ended by {signal.Signals(-code).name}, which the system sends where memory runs out: "
            "what was published stays published."
        )
    if code != 0:
        raise BuildError(f"dbt {command} failed: what was published stays published.")


def dbt(settings, *arguments):
    """Run a dbt command against the warehouse. Raises BuildError where it fails."""
    with started(settings, *arguments) as process:
        finish(process, arguments[0])


@contextmanager
def begun(settings):
    """Start the build ahead: dbt reads the project while the inputs are checked, and waits until `build` lets it in.

    It opens the warehouse only after that (customer_value/duckdb_plugin.py), and ends where `build` is never reached. On a server
    nothing would hold it back: there it begins with `build`.
    """
    if server_of(settings):
        yield
        return
    with started(settings, *BUILD) as process:
        waiting.append(process)
        try:
            yield
        finally:
            waiting.clear()


def build(settings):
    """Build the warehouse, with the dbt that has begun where there is one.

    Raises BuildError where dbt fails in what nothing may be published without.
    """
    server = server_of(settings)
    try:
        if waiting:
            finish(waiting.pop(), "build")
        else:
            dbt(settings, *BUILD)
    except BuildError as error:
        if server:
            server.mirror()
        settle(settings, error)
    else:
        if server:
            server.mirror()


def docs(settings):
    """Write dbt's documentation of every model, column and test as one page, beside the report.

    Raises BuildError where dbt fails, or the page cannot be written.
    """
    dbt(settings, "docs", "generate", "--static")
    page = settings.published / "docs" / "index.html"
    unfinished = page.with_name("index.html.tmp")
    try:
        page.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(settings.warehouse.parent / "target" / "static_index.html", unfinished)
        os.replace(unfinished, page)
    except OSError as error:
        raise BuildError(f"{page}: cannot be written ({error}).") from error
    print(f"The documentation is in {page}")
