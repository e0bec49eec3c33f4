"""The input contract, read from the one place that declares it: models/staging/_sources.yml."""

from dataclasses import dataclass
from functools import cache

import yaml

from customer_value.settings import PROJECT

SOURCES = PROJECT / "models" / "staging" / "_sources.yml"

# How a type of the contract is called in DuckDB.
DUCKDB_TYPES = {
    "string": "VARCHAR",
    "timestamp": "TIMESTAMP",
    "date": "DATE",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
}


@dataclass(frozen=True)
class Input:
    """One input: its name, whether it must be there, its key and its columns with their types."""

    name: str
    required: bool
    key: tuple[str, ...]
    columns: dict[str, str]


@cache
def inputs():
    """Every input of the contract by name, in the order in which the contract lists them."""
    (source,) = yaml.safe_load(SOURCES.read_text())["sources"]
    return {
        table["name"]: Input(
            name=table["name"],
            required=table["config"]["meta"]["required"],
            key=tuple(table["config"]["meta"]["key"]),
            columns={column["name"]: column["data_type"] for column in table["columns"]},
        )
        for table in source["tables"]
    }
