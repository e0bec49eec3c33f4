"""A run in which nothing has changed builds nothing, one in which some inputs have changed only what depends on them.

The fingerprint of a run is of everything that its numbers depend on: the content of each input, of the project and of the company's
own vars and seeds, the settings, the versions of what builds. It is kept beside the warehouse once a run has published all of its
marts, with the build and the state of the warehouse's file; the next run compares, and builds wherever one of them differs.
"""

import hashlib
import json
import os
import sys
from collections import defaultdict
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import duckdb

from customer_value.errors import InputError
from customer_value.failures import descendants
from customer_value.files import content_hash, files_of, name_of
from customer_value.publish import FILE_NAME, PARQUET, published_build
from customer_value.queries import rows_of
from customer_value.settings import DUCKDB, PROJECT
from customer_value.terminal import say

KEPT = "published_run.json"
RUN_SETTINGS = "model.customer_value.run_settings"
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


def line_of(file, place):
    """A file as a fingerprint knows it: its path within a place and its content."""
    return f"{os.path.relpath(file, place)}\0{content_hash(file)}\n".encode()


def fingerprint(settings):
    """The fingerprint of a run with these settings: of each input, by its name, and of all else; None where it is not known.

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
    inputs, rest = defaultdict(hashlib.sha256), hashlib.sha256()
    for file in files_in(settings.raw, written):
        # The warehouse may stand among the inputs.
        if not file.startswith(str(settings.warehouse)):
            inputs[name_of(Path(Path(file).relative_to(settings.raw).parts[0]))].update(line_of(file, settings.raw))
    places = [(PROJECT, files_in(PROJECT / folder)) for folder in FOLDERS]
    places += [(PROJECT, [PROJECT / file for file in FILES])]
    if settings.vars_file:
        own = settings.vars_file.resolve().parent
        places += [(own, [settings.vars_file]), (own, files_in(own / "seeds"))]
    for place, files in places:
        for file in files:
            rest.update(line_of(file, place))
    said = {name: value for name, value in vars(settings).items() if name not in IRRELEVANT}
    said |= {name: version(name) for name in LIBRARIES} | {"python": sys.version}
    rest.update(json.dumps(said, sort_keys=True, default=str).encode())
    return {"inputs": {name: each.hexdigest() for name, each in inputs.items()}, "rest": rest.hexdigest()}


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


def published_inputs(settings, found):
    """The fingerprints of the inputs of the publication that readers see; None where all is to be built: by `force`, or because what
    else a run with this fingerprint depends on is not as it was then, or not known."""
    is_there = (settings.published / FILE_NAME).exists() and (
        not settings.parquet or (settings.published / PARQUET / "current").exists()
    )
    if not found or settings.force or not is_there:
        return None
    try:
        known = json.loads(kept_file(settings).read_text())
        before = known.pop("fingerprint")
        # That of an earlier version was one text.
        is_of_this = "rest" in before and before["rest"] == found["rest"] and known == state_of(settings)
        return before["inputs"] if is_of_this else None
    except (OSError, ValueError, KeyError):
        return None


def is_unchanged(found, before):
    """Whether a run with this fingerprint would publish what readers see, by the inputs of that."""
    return before is not None and found["inputs"] == before


def changed_inputs(settings, found, before):
    """The inputs that differ from those of the last publication, where nothing else does; none where all has to be built."""
    if before is None:
        return []
    names = sorted(
        name for name in found["inputs"].keys() | before.keys() if found["inputs"].get(name) != before.get(name)
    )
    # With a later day everything is as of that day.
    known = names and rows_of(settings.warehouse, "select as_of_end_at from staging.run_settings")
    return names if known and not any(is_of_later_day(settings, name, **known[0]) for name in names) else []


def is_of_later_day(settings, name, as_of_end_at):
    """Whether rows of an input were loaded after the end of the as-of day, or that is not known."""
    try:
        files = files_of(settings.raw, name)
        with duckdb.connect() as connection:
            if files is None or "loaded_at" not in files.types(connection):
                return False
            newest = f"select max(try_cast(loaded_at as timestamp)) > $1 from {files.relation()}"
            return bool(connection.execute(newest, [as_of_end_at]).fetchone()[0])
    except (duckdb.Error, InputError):
        return True


def models_reached(manifest, inputs, closed_until):
    """The models that some inputs reach, each by its path in the project; none where that is not known.

    What records a build reads the marts, and is of each build. All read the as-of day, whose change `build` looks for; closed
    months hold nothing where the var closed_until is empty.
    """
    nodes = manifest["nodes"]
    sources = {f"source.customer_value.customer_value.{name}" for name in inputs}
    if closed_until or not sources <= manifest["sources"].keys():
        return []
    records = {key for key, node in nodes.items() if node["resource_type"] == "model" and node["fqn"][1] == "history"}
    ends = {RUN_SETTINGS} | {key for key in records if nodes[key]["name"].startswith("closed_")}
    reached = descendants(manifest["child_map"], sources | (records - ends), lambda child: child not in ends)
    return sorted(".".join(nodes[key]["fqn"]) for key in (reached - sources) | ends)


def selection(settings, found, before):
    """What dbt has to build where some inputs alone have changed; nothing where all models are built, as where most of them would be.

    Tests that only warn run in each build: what they say would be missed otherwise.
    """
    inputs = changed_inputs(settings, found, before)
    if not inputs:
        return []
    try:
        manifest = json.loads((settings.warehouse.parent / "target" / "manifest.json").read_text())
    except (OSError, ValueError):
        return []
    models = models_reached(manifest, inputs, settings.vars["closed_until"])
    count = sum(key.startswith("model.") for key in manifest["nodes"])
    if not models or len(models) > count / 2:
        return []
    say(f"Since the last publication only {', '.join(inputs)} changed: {len(models)} of {count} models are built.")
    nodes = manifest["nodes"].values()
    warning = [node for node in nodes if node["resource_type"] == "test" and node["config"]["severity"] == "warn"]
    return [*models, *(".".join(node["fqn"]) for node in warning)]
