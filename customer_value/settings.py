"""Where things are: each setting a flag of the command line, else an environment variable, else a default.

A company's own vars stand in `company.yml` in its folder, or in the file that `--vars-file` names, and override dbt_project.yml.
"""

import contextlib
import datetime
import hashlib
import json
import os
import re
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cache
from pathlib import Path

import click
import yaml

from customer_value.errors import InputError
from customer_value.files import kept
from customer_value.terminal import FORMATS, TEXT

PROJECT = Path(__file__).resolve().parent.parent
DATA = PROJECT / "data"


class Place(click.Path):
    """An absolute path; `~` is the home folder in environment variables, too."""

    def __init__(self, **checks):
        super().__init__(resolve_path=True, path_type=Path, **checks)

    def convert(self, value, parameter, context):
        return super().convert(os.path.expanduser(value), parameter, context)


# Names that a DuckDB file cannot bear: its name is that of its database, which these would make ambiguous.
SCHEMAS = "raw staging intermediate marts history definitions semantic main".split()
RESERVED = "temp system memory information_schema pg_catalog last_publication next_publication".split()


def named_clearly(context, parameter, file):
    """The warehouse, where its name makes no query ambiguous."""
    if file and (file.stem.lower() in SCHEMAS + RESERVED or "." in file.stem):
        found = "a name with a dot in it" if "." in file.stem else "a name that a schema or another database has"
        raise click.BadParameter(
            f"{file}: found {found}, expected another. Rename the file, for example {file.with_name('customer_value.duckdb')}."
        )
    return file


def option(name, help_text="", **attributes):
    """A setting as an option of the command line; as_of is --as-of, or the variable CUSTOMER_VALUE_AS_OF."""
    names = [f"--{name.replace('_', '-')}"]
    return click.Option(names, envvar=f"CUSTOMER_VALUE_{name.upper()}", show_envvar=True, help=help_text, **attributes)


def inputs_of(company):
    """The folder of the inputs: raw in a company's folder; where there is none the folder itself, unless it is our own."""
    return company / "raw" if company == DATA or (company / "raw").is_dir() else company


# Where to build: in the DuckDB file that is the warehouse, or in a server, of which that file is then a mirror.
DUCKDB, POSTGRES, SPARK = TARGETS = ("duckdb", "postgres", "spark")


def warehouse_of(company, target=DUCKDB):
    """The warehouse in a company's folder; the mirror of a server beside the file that DuckDB builds in, not in its place."""
    return company / "warehouse" / ("" if target == DUCKDB else target) / "customer_value.duckdb"


# What a company's folder holds; each can be named alone.
LAYOUT = {
    "raw": lambda company, target: inputs_of(company),
    "warehouse": warehouse_of,
    "published": lambda company, target: company / "published",
}
VARS_FILE = "company.yml"
# In place of the folder of the inputs: the schema of a server where they are tables already.
IN_SCHEMA = "schema:"


def folder_or_schema(context, parameter, path):
    """Where the inputs are: a folder, or a schema of the server that is the target."""
    if not path.name.startswith(IN_SCHEMA):
        return path
    if context.params.get("target", DUCKDB) == DUCKDB:
        raise click.BadParameter(
            f"{path.name}: found the target {DUCKDB}, expected a server, for example --target {POSTGRES}."
        )
    if not re.fullmatch(r"\w+", path.name.removeprefix(IN_SCHEMA)):
        raise click.BadParameter(
            f"{path.name}: expected letters, digits and underscores, for example {IN_SCHEMA}billing."
        )
    return Path(path.name)


def place(name, path, help_text, callback=None, **checks):
    """A setting that is a path, by default one in the company's folder."""

    def found(context, parameter, path):
        path = path or LAYOUT[name](context.params["company"] or DATA, context.params.get("target"))
        return callback(context, parameter, path) if callback else path

    return option(name, help_text, type=Place(**checks), show_default=f"data/{path}", callback=found)


def vars_file_of(context, parameter, file):
    """The file of a company's own vars: the one that is named, which must be there; else company.yml, where it is."""
    if file and not file.is_file():
        raise click.BadParameter(f"{file}: found no such file, expected the company's own vars.")
    if file:
        return file
    # A warehouse that is named alone belongs to no folder of a company: its vars stand beside it.
    warehouse, company = context.params["warehouse"], context.params["company"]
    is_in_data = warehouse == warehouse_of(DATA, context.params["target"])
    file = (company or (DATA if is_in_data else warehouse.parent)) / VARS_FILE
    return file if file.is_file() else None


COMPANY = option(
    "company",
    "Folder of a company, in place of data: raw/ (or the input files themselves), warehouse/, published/, company.yml.",
    type=Place(file_okay=False),
    default=None,
    show_default="data",
    is_eager=True,
)
TARGET = option(
    "target", "Where to build: the warehouse, or a server.", type=click.Choice(TARGETS), default=DUCKDB, is_eager=True
)


def plain_name(context, parameter, name):
    """The prefix of schemas, where it needs no quotes and leaves room for what follows it."""
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,39}", name):
        raise click.BadParameter(
            f"found {name!r}, expected small letters, digits and underscores, 40 at most, for example customer_value_dev."
        )
    return name


PATHS = (
    COMPANY,
    TARGET,
    place("raw", "raw", "Folder of the inputs, or schema:NAME of a server that has their tables.", folder_or_schema),
    option("schema", "What the schemas on a server begin with.", default="customer_value", callback=plain_name),
    place(
        "warehouse",
        "warehouse/customer_value.duckdb",
        "DuckDB file to build in, for no reader.",
        dir_okay=False,
        callback=named_clearly,
    ),
    place("published", "published", "Folder that readers use."),
    option(
        "vars_file",
        "YAML file of the company's own vars, which override dbt_project.yml.",
        type=Place(dir_okay=False),
        show_default="data/company.yml",
        callback=vars_file_of,
    ),
    option(
        "as_of",
        "Day that every number is as of.",
        type=click.DateTime(["%Y-%m-%d"]),
        metavar="YYYY-MM-DD",
        show_default="day of the newest loaded_at",
        callback=lambda context, parameter, day: f"{day:%Y-%m-%d}" if day else "",
    ),
)
STRICT = option("strict", "Stop before publication at an anomaly.", is_flag=True)
PUBLISH_REJECTED = option(
    "publish_rejected", "Publish although more is rejected than the var max_rejected_rate allows.", is_flag=True
)
PARQUET = option("parquet", "Publish the marts as Parquet files, too.", is_flag=True)
FORCE = option("force", "Build and publish although nothing has changed.", is_flag=True)
READERS = option("readers", "Roles of the server that may read what is published, with commas between.", default="")
KEEP = option("keep_publications", "How many replaced publications are kept.", type=click.IntRange(0), default=3)
VERBOSE = option("verbose", "Show all that dbt says, and the traceback of an unexpected error.", is_flag=True)
LOG_FORMAT = option(
    "log_format",
    "Lines of text, or a JSON object each.",
    type=click.Choice(FORMATS),
    default=TEXT,
)
SAYING = (VERBOSE, LOG_FORMAT)
# May hold a secret: no command has it as a flag, for other users of the machine see those.
WEBHOOK = option("webhook", default="")
OPTIONS = (*PATHS, STRICT, PUBLISH_REJECTED, PARQUET, KEEP, READERS, FORCE, *SAYING, WEBHOOK)


@dataclass(frozen=True)
class Settings:
    """The settings of one run; the options above say what each means. own_vars: what the company's own file says."""

    company: Path | None
    raw: Path
    target: str
    schema: str
    warehouse: Path
    published: Path
    vars_file: Path | None
    as_of: str
    strict: bool
    publish_rejected: bool
    parquet: bool
    keep_publications: int
    readers: str
    force: bool
    verbose: bool
    log_format: str
    webhook: str
    own_vars: dict = field(default_factory=dict)

    @classmethod
    def of(cls, raw=None, warehouse=None, published=None, as_of=None, **others):
        """The settings that are given; for those that are not, the environment's, else the defaults.

        Raises InputError where one cannot be used.
        """
        given = {"raw": raw, "warehouse": warehouse, "published": published, "as_of": as_of, **others}
        given = {name: value for name, value in given.items() if value not in (None, "")}
        context = click.Context(click.Command("settings"))
        try:
            for each in OPTIONS:
                each.handle_parse_result(context, given, [])
        except click.BadParameter as error:
            raise InputError(error.format_message()) from None
        own = own_vars(context.params["vars_file"])
        if context.params["raw"].name.startswith(IN_SCHEMA):
            own |= {"raw_schema": context.params["raw"].name.removeprefix(IN_SCHEMA)}
        settings = cls(**context.params, own_vars=own)
        # Kept where the files of the inputs alone say when they came.
        return settings if settings.as_of else replace(settings, as_of=kept(settings.warehouse).get("as_of_date", ""))

    @property
    def vars(self):
        """Every var by name: those of dbt_project.yml, overridden by the company's own."""
        return project_vars() | self.own_vars

    @property
    def dbt_vars(self):
        """The arguments that hand the company's own vars to a dbt command: the same each time, for dbt reads the project again
        where they differ."""
        return ["--vars", json.dumps(self.own_vars)] if self.own_vars else []

    def environment(self):
        """The variables that hand these settings to dbt, telemetry off."""
        # dbt reads the whole project again where a variable of its profile differs: on the default target it is not there.
        inherited = {name: value for name, value in os.environ.items() if name != "CUSTOMER_VALUE_TARGET"}
        return (
            inherited
            | self.server_environment()
            | {
                "CUSTOMER_VALUE_RAW": str(self.raw),
                "CUSTOMER_VALUE_WAREHOUSE": str(self.warehouse),
                "CUSTOMER_VALUE_VARS_FILE": str(self.vars_file or ""),
                "CUSTOMER_VALUE_SEEDS": linked_seeds(self.vars_file),
                "CUSTOMER_VALUE_AS_OF": self.as_of,
                "CUSTOMER_VALUE_PUBLISH_REJECTED": "1" if self.publish_rejected else "",
                "DBT_PROJECT_DIR": str(PROJECT),
                "DBT_PROFILES_DIR": str(PROJECT),
                "DBT_TARGET_PATH": str(self.warehouse.parent / "target"),
                "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
                "DBT_NO_VERSION_CHECK": "1",
                "DBT_LOG_LEVEL_FILE": "none",
                "DO_NOT_TRACK": "1",
            }
        )

    def server_environment(self):
        """The variables that lead dbt to the server; none where the target is none."""
        if self.target == DUCKDB:
            return {}
        if self.target == POSTGRES:
            from customer_value.postgres import session_options

            session = {"PGOPTIONS": session_options()}
        else:
            from customer_value.spark import session_variables

            session = session_variables(self.warehouse)
        return session | {
            "CUSTOMER_VALUE_TARGET": self.target,
            "CUSTOMER_VALUE_SCHEMA": self.schema,
            # Of column types that are set for all seeds, it warns of those that a seed does not have.
            "PYTHONWARNINGS": "ignore::RuntimeWarning:agate.type_tester",
        }


def command_of(settings, name="run"):
    """The command for this company."""
    if settings.company:
        return f"customer-value {name} --company {settings.company}"
    return (
        f"customer-value {name} --raw {settings.raw} --warehouse {settings.warehouse} --published {settings.published}"
    )


def linked_seeds(vars_file):
    """The folder of a company's own seeds, which stands beside its vars, as a path within the project; nothing where there is none.

    It is a link: dbt writes what it has made of a seed into its target folder under the seed's path, and over the seed itself where
    that path is absolute.
    """
    seeds = vars_file.resolve().parent / "seeds" if vars_file else None
    if seeds is None or not seeds.is_dir():
        return ""
    link = PROJECT / "own_seeds" / hashlib.sha256(str(seeds).encode()).hexdigest()[:16]
    link.parent.mkdir(exist_ok=True)
    with contextlib.suppress(FileExistsError):
        link.symlink_to(seeds, target_is_directory=True)
    return str(link.relative_to(PROJECT))


@cache
def project_file():
    """What dbt_project.yml holds."""
    return yaml.safe_load((PROJECT / "dbt_project.yml").read_text())


def project_vars():
    """The vars of dbt_project.yml, which a company's own file or `--vars` of one dbt command may override."""
    return project_file()["vars"]


@cache
def connector_vars():
    """The vars of connectors, by name: each stands with its default where it is read, and is a text unless that is another thing."""
    kinds = {"[": [], "{": {}, "t": "", "'": ""}
    files = [*(PROJECT / "models" / "connectors").rglob("*.*"), *(PROJECT / "macros").glob("*.sql")]
    found = re.findall(r"(?<!env_)var\('(\w+)', (.)", "\n".join(file.read_text() for file in sorted(files)))
    return {name: kinds.get(first) for name, first in found}


# What a var may be, by the type of its default: in words, and the types of YAML.
KINDS = {
    bool: ("true or false", (bool,)),
    int: ("a number", (int, float)),
    float: ("a number", (int, float)),
    str: ("a text", (str,)),
    list: ("a list", (list,)),
    dict: ("a mapping, name: value", (dict,)),
    type(None): ("a number, true or false, or nothing", (int, float, bool, type(None))),
}


def own_vars(file):
    """The vars of a company's own file by name, in the order of their names; none where there is no file.

    Raises InputError with a line for each var that dbt_project.yml does not have, or that is of another type there.
    """
    if file is None:
        return {}
    try:
        given = yaml.safe_load(file.read_text()) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(
            f"{file}: cannot be read ({error}), expected YAML, for example gross_margin_rate: 0.7."
        ) from None
    if not isinstance(given, dict):
        raise InputError(
            f"{file}: found {said(given)}, expected a line for each var, for example gross_margin_rate: 0.7."
        )
    known, found, problems = connector_vars() | project_vars(), {}, []
    for name, value in given.items():
        if name not in known:
            near = get_close_matches(str(name).lower(), known, 1, 0.6)
            advice = f"Is it {near[0]}?" if near else "The vars of dbt_project.yml are those that there are."
            if name == "vars":
                advice = "Write the vars themselves, without the line above them."
            problems.append(f"{file}: var {name}: found no such var. {advice}")
            continue
        words, types = KINDS[type(known[name])]
        # YAML takes 2026-03-31 for a date, and a line without a value for nothing.
        if isinstance(known[name], str):
            value = "" if value is None else value.isoformat() if isinstance(value, datetime.date) else value
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            problems.append(
                f"{file}: var {name}: found {said(value)}, expected {words}, for example {said(known[name])}."
            )
        found[name] = value
    if problems:
        raise InputError("\n".join(problems))
    return dict(sorted(found.items()))


def said(value):
    """A value as it may be written in YAML, in one line."""
    return json.dumps(value, default=str)
