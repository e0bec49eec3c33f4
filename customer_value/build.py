"""build: `dbt build`, in a process of its own, so that its memory and its lock on the warehouse end with it."""

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path

from customer_value.settings import PROJECT

# Every layer with its data tests. Unit tests prove the code, not the data: they are left to `make test`.
BUILD = ("build", "--exclude-resource-type", "unit_test")

# The build that `begun` has started, as its process and the end of the pipe that lets it in.
waiting = []


class BuildError(Exception):
    """dbt failed; what it printed says where."""

    exit_code = 1


@contextmanager
def started(settings, *arguments, **variables):
    """A dbt command on its way, its output passed through. It inherits the lock on the warehouse; it is not outlived."""
    command = [Path(sys.executable).with_name("dbt"), *arguments]
    process = subprocess.Popen(command, cwd=PROJECT, env=settings.environment() | variables, close_fds=False)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def finish(process, command):
    """Wait for a dbt command. Raises BuildError where it fails."""
    if process.wait() != 0:
        raise BuildError(f"dbt {command} failed: what was published stays published.")


def dbt(settings, *arguments):
    """Run a dbt command against the warehouse. Raises BuildError where it fails."""
    with started(settings, *arguments) as process:
        finish(process, arguments[0])


@contextmanager
def begun(settings):
    """Start the build ahead: dbt reads the project while the inputs are checked, and waits until `build` lets it in.

    It opens the warehouse only after that (customer_value/duckdb_plugin.py), and ends where `build` is never reached.
    """
    inside, outside = os.pipe()
    os.set_inheritable(inside, True)
    with started(settings, *BUILD, CUSTOMER_VALUE_GATE=str(inside)) as process:
        os.close(inside)
        waiting.append((process, outside))
        try:
            yield
        finally:
            waiting.clear()
            os.close(outside)


def build(settings):
    """Build the warehouse, with the dbt that has begun where there is one. Raises BuildError where dbt fails."""
    if not waiting:
        dbt(settings, *BUILD)
        return
    process, gate = waiting.pop()
    # A dbt that could not read the project is gone: its exit code says so.
    with suppress(BrokenPipeError):
        os.write(gate, b"!")
    finish(process, "build")


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
