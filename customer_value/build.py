"""build: `dbt build`, in a process of its own, so that its memory and its lock on the warehouse end with it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from customer_value.settings import PROJECT


class BuildError(Exception):
    """dbt failed; what it printed says where."""

    exit_code = 1


def dbt(settings, *arguments):
    """Run a dbt command against the warehouse, its output passed through. It inherits the lock on the warehouse.

    Raises BuildError where dbt fails.
    """
    command = [Path(sys.executable).with_name("dbt"), *arguments]
    if subprocess.run(command, cwd=PROJECT, env=settings.environment(), close_fds=False).returncode != 0:
        raise BuildError(f"dbt {arguments[0]} failed: what was published stays published.")


def build(settings):
    """Build every layer with its data tests. Unit tests prove the code, not the data: they are left to `make test`."""
    dbt(settings, "build", "--exclude-resource-type", "unit_test")


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
