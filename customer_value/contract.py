"""The input contract, read from the one place that declares it: models/staging/_sources.yml.

`python -m customer_value.contract` writes it down as a macro for the models, macros/contract.sql: dbt knows its sources' columns
neither while it parses nor in unit tests.
"""

import json
from dataclasses import dataclass
from functools import cache

import yaml
from jinja2 import Template

from customer_value.settings import PROJECT

SOURCES = PROJECT / "models" / "staging" / "_sources.yml"
CONNECTORS = PROJECT / "models" / "connectors"
MACRO = PROJECT / "macros" / "contract.sql"

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
    """One input: its name, its key, its columns with their types, and the meta of the input and of each column."""

    name: str
    key: tuple[str, ...]
    columns: dict[str, str]
    meta: dict
    column_metas: dict[str, dict]
    # Whether the table is read, as dbt's config says it: Jinja that asks the var connectors.
    enabled: str = "True"

    @property
    def required(self):
        """Whether the input must be there."""
        return self.meta["required"]

    def is_enabled(self, models):
        """Whether a connector's table is read where these models stand in for inputs."""
        return Template(self.enabled).render(var={"connectors": models}.get) == "True"


def tables_of(file):
    """Every table of a source by name, in the order in which its file lists them."""
    (source,) = yaml.safe_load(file.read_text())["sources"]
    return {
        table["name"]: Input(
            name=table["name"],
            key=tuple(table["config"]["meta"]["key"]),
            columns={column["name"]: column["data_type"] for column in table["columns"]},
            meta=table["config"]["meta"],
            column_metas={column["name"]: column.get("config", {}).get("meta", {}) for column in table["columns"]},
            enabled=str(table["config"].get("enabled", True)),
        )
        for table in source["tables"]
    }


@cache
def inputs():
    """Every input of the contract by name."""
    return tables_of(SOURCES)


def connected(models):
    """What connectors, by the models of the var, stand in for, and the tables that they read from files, by the folder of each.

    A table of a connector is read where the condition `enabled` of its declaration holds, as in dbt.
    """
    files = {file.parent.name: file for file in CONNECTORS.glob("*/_sources.yml")}
    folders = {folder for folder in files for model in models.values() if model.startswith(f"{folder}_")}
    return set(models), {
        folder: {name: table for name, table in tables_of(files[folder]).items() if table.is_enabled(models)}
        for folder in sorted(folders)
    }


def macro():
    """The contract as a macro: input -> meta and columns, column -> its type and meta, in the order of the contract."""
    lines = [
        "{#- The contract of every input: its meta and its columns, each with its type and its meta, in order. Written from",
        "    models/staging/_sources.yml by `python -m customer_value.contract`; not edited by hand. -#}",
        "{% macro input_contracts() -%}",
        "    {{ return({",
    ]
    for contract in inputs().values():
        lines += [
            f'        "{contract.name}": {{',
            f'            "meta": {json.dumps(contract.meta)},',
            '            "columns": {',
        ]
        lines += [
            f'                "{name}": {json.dumps({"type": contract.columns[name], **meta})},'
            for name, meta in contract.column_metas.items()
        ]
        lines += ["            },", "        },"]
    return "\n".join([*lines, "    }) }}", "{%- endmacro %}", ""])


if __name__ == "__main__":
    MACRO.write_text(macro())
