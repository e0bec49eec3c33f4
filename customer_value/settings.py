"""Where things are: each setting a flag of the command line, else an environment variable, else a default."""

import os
from dataclasses import dataclass, replace
from pathlib import Path

import click
import yaml

from customer_value.errors import InputError
from customer_value.files import kept

PROJECT = Path(__file__).resolve().parent.parent


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


def place(name, path, help_text, callback=None, **checks):
    """A setting that is a path, by default one under data/."""
    return option(
        name,
        help_text,
        type=Place(**checks),
        default=PROJECT / "data" / path,
        show_default=f"data/{path}",
        callback=callback,
    )


PATHS = (
    place("raw", "raw", "Folder of the inputs."),
    place(
        "warehouse",
        "warehouse/customer_value.duckdb",
        "DuckDB file to build in, for no reader.",
        dir_okay=False,
        callback=named_clearly,
    ),
    place("published", "published", "Folder that readers use."),
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
KEEP = option("keep_publications", "How many replaced publications are kept.", type=click.IntRange(0), default=3)
# May hold a secret: no command has it as a flag, for other users of the machine see those.
WEBHOOK = option("webhook", default="")
OPTIONS = (*PATHS, STRICT, PUBLISH_REJECTED, PARQUET, KEEP, WEBHOOK)


@dataclass(frozen=True)
class Settings:
    """The settings of one run; the options above say what each means."""

    raw: Path
    warehouse: Path
    published: Path
    as_of: str
    strict: bool
    publish_rejected: bool
    parquet: bool
    keep_publications: int
    webhook: str

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
        settings = cls(**context.params)
        # Kept where the files of the inputs alone say when they came.
        return settings if settings.as_of else replace(settings, as_of=kept(settings.warehouse).get("as_of_date", ""))

    def environment(self):
        """The variables that hand these settings to dbt, telemetry off."""
        return os.environ | {
            "CUSTOMER_VALUE_RAW": str(self.raw),
            "CUSTOMER_VALUE_WAREHOUSE": str(self.warehouse),
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


def project_file():
    """What dbt_project.yml holds; vars that `--vars` overrides in one dbt command are not seen here."""
    return yaml.safe_load((PROJECT / "dbt_project.yml").read_text())
