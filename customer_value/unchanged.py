"""A run in which nothing has changed builds nothing: what it would publish is what readers see.

The fingerprint of a run is of everything that its numbers depend on: the content of the inputs, of the project and of the company's
own vars and seeds, the settings, the versions of what builds. It is kept beside the warehouse once a run has published all of its
marts, with the build and the state of the warehouse's file; the next run compares, and builds wherever one of them differs.
"""

import hashlib
import json
import os
import sys
from contextlib import suppress
from importlib.metadata import version

from customer_value.files import content_hash
from customer_value.publish import FILE_NAME, PARQUET, published_build
from customer_value.settings import DUCKDB, PROJECT

KEPT = "published_run.json"
# What the numbers are made by, beside the project itself.
LIBRARIES = ("dbt-core", "dbt-duckdb", "duckdb", "great-expectations")
FOLDERS = (
    "customer_value",
    "docs",
    "macros",
    "models",
    "seeds",
    "tests/expectations",
    "tests/generic",
    "tests/reconciliation",
)
FILES = ("dbt_project.yml", "profiles.yml")
# Settings that change no mart; paths stand for themselves where they matter: their content is read.
IRRELEVANT = (
    "company",
    "raw",
    "warehouse",
    "published",
    "vars_file",
    "webhook",
    "own_vars",
    "force",
    "verbose",
    "log_format",
)


def files_in(folder, without=()):
    """The files of a folder and of those in it, in order; none of the folders that are left out."""
    for place, folders, names in os.walk(folder, followlinks=True):
        folders[:] = sorted(
            each for each in folders if os.path.join(place, each) not in without and each != "__pycache__"
        )
        yield from (os.path.join(place, name) for name in sorted(names))


def fingerprint(settings):
    """The fingerprint of a run with these settings; None where it is not known.

    What lies on a server is not known without reading it, and a file may be unreadable: such a run builds.
    """
    if settings.target != DUCKDB or settings.vars["raw_schema"]:
        return None
    try:
        return fingerprint_of(settings)
    except OSError:
        return None


def fingerprint_of(settings):
    """The same. Raises OSError where a file cannot be read."""
    # A company's folder may itself be that of the inputs.
    written = {str(settings.warehouse.parent), str(settings.published)}
    places = [(settings.raw, files_in(settings.raw, written))]
    places += [(PROJECT, files_in(PROJECT / folder)) for folder in FOLDERS]
    places += [(PROJECT, [PROJECT / file for file in FILES])]
    if settings.vars_file:
        own = settings.vars_file.resolve().parent
        places += [(own, [settings.vars_file]), (own, files_in(own / "seeds"))]
    found = hashlib.sha256()
    for place, files in places:
        for file in files:
            # The warehouse may stand among the inputs.
            if not str(file).startswith(str(settings.warehouse)):
                found.update(f"{os.path.relpath(file, place)}\0{content_hash(file)}\n".encode())
    said = {name: value for name, value in vars(settings).items() if name not in IRRELEVANT}
    said |= {name: version(name) for name in LIBRARIES} | {"python": sys.version}
    found.update(json.dumps(said, sort_keys=True, default=str).encode())
    return found.hexdigest()


def state_of(settings):
    """What a run leaves behind: the build that readers see, and the warehouse's file, which whatever else is done there changes."""
    there = settings.warehouse.stat()
    return {"build_id": published_build(settings), "warehouse": [there.st_size, there.st_mtime_ns]}


def kept_file(settings):
    return settings.warehouse.with_name(KEPT)


def keep(settings, found):
    """Keep the fingerprint of a run that published all of its marts. Where there is none, or it cannot be kept, the next run builds."""
    if found:
        with suppress(OSError):
            kept_file(settings).write_text(json.dumps({"fingerprint": found, **state_of(settings)}))


def forget(settings):
    """Forget the run before: this one builds."""
    kept_file(settings).unlink(missing_ok=True)


def is_unchanged(settings, found):
    """Whether a run with this fingerprint would publish what readers see."""
    is_there = (settings.published / FILE_NAME).exists() and (
        not settings.parquet or (settings.published / PARQUET / "current").exists()
    )
    if not found or settings.force or not is_there:
        return False
    try:
        return json.loads(kept_file(settings).read_text()) == {"fingerprint": found, **state_of(settings)}
    except (OSError, ValueError):
        return False
