"""Where things are: each path a flag, else an environment variable, else a default under data/."""

import os
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from customer_value.errors import InputError

PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """The paths and the as-of day of one run.

    `raw`: the folder of the inputs. `warehouse`: the DuckDB file that dbt builds in; nobody else opens it.
    `published`: the folder that readers use. `as_of`: YYYY-MM-DD, or empty for the day of the newest loaded_at.
    `keep_publications`: how many publications that were replaced are kept. `webhook`: where to send the summary of a run.
    `strict`: whether what is odd stops a run. `parquet`: whether the marts are published as Parquet files, too.
    """

    raw: Path
    warehouse: Path
    published: Path
    as_of: str
    keep_publications: int = 3
    webhook: str = ""
    strict: bool = False
    parquet: bool = False

    @classmethod
    def of(cls, raw=None, warehouse=None, published=None, as_of=None, strict=False, parquet=False):
        """Read the settings, absolute paths throughout.

        Raises InputError where the as-of day is not a date.
        """

        def path(value, variable, default):
            chosen = value or os.environ.get(variable) or PROJECT / "data" / default
            return Path(chosen).expanduser().resolve()

        as_of = as_of or os.environ.get("CUSTOMER_VALUE_AS_OF") or ""
        if as_of:
            try:
                if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", as_of):
                    raise ValueError
                date.fromisoformat(as_of)
            except ValueError:
                raise InputError(
                    f"as-of: found {as_of!r}, expected a day as YYYY-MM-DD, for example 2026-03-31."
                ) from None
        warehouse = path(warehouse, "CUSTOMER_VALUE_WAREHOUSE", "warehouse/customer_value.duckdb")
        if warehouse.is_dir():
            raise InputError(f"warehouse: {warehouse} is a folder, expected a file. Name the DuckDB file to build in.")
        keep = os.environ.get("CUSTOMER_VALUE_KEEP_PUBLICATIONS") or "3"
        if not keep.isdecimal():
            raise InputError(
                f"CUSTOMER_VALUE_KEEP_PUBLICATIONS: found {keep!r}, expected a whole number, for example 3."
            )
        return cls(
            raw=path(raw, "CUSTOMER_VALUE_RAW", "raw"),
            warehouse=warehouse,
            published=path(published, "CUSTOMER_VALUE_PUBLISHED", "published"),
            as_of=as_of,
            keep_publications=int(keep),
            strict=strict,
            parquet=parquet or bool(os.environ.get("CUSTOMER_VALUE_PARQUET")),
            webhook=os.environ.get("CUSTOMER_VALUE_WEBHOOK") or "",
        )

    def environment(self):
        """The variables that hand these settings to dbt, telemetry off."""
        return os.environ | {
            "CUSTOMER_VALUE_RAW": str(self.raw),
            "CUSTOMER_VALUE_WAREHOUSE": str(self.warehouse),
            "CUSTOMER_VALUE_AS_OF": self.as_of,
            "DBT_PROJECT_DIR": str(PROJECT),
            "DBT_PROFILES_DIR": str(PROJECT),
            "DBT_TARGET_PATH": str(self.warehouse.parent / "target"),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "DBT_NO_VERSION_CHECK": "1",
            "DBT_LOG_LEVEL_FILE": "none",
            "DO_NOT_TRACK": "1",
        }
