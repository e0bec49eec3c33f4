"""The input contract, read from the one place that declares it: models/staging/_sources.yml.

`python -m customer_value.contract` writes it down as a macro for the models, macros/contract.sql: dbt knows its sources' columns
neither while it parses nor in unit tests.
"""

import json
import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

import yaml
from jinja2 import Template

from customer_value.errors import InputError
from customer_value.settings import PROJECT

SOURCES = PROJECT / "models" / "staging" / "_sources.yml"
CONNECTORS = PROJECT / "models" / "connectors"
MACRO = PROJECT / "macros" / "contract.sql"
MODELS = PROJECT / "models"
# What a project that installs this one as a package can do without.
BRANCHES = ("growth", "health", "ltv", "nps", "segments", "usage")
# The folder of a company's own tables: each stands in for one input.
PLAIN = "plain"

# How a type of the contract is called in DuckDB.
DUCKDB_TYPES = {
    "string": "VARCHAR",
    "timestamp": "TIMESTAMP",
    "date": "DATE",
    # The first day of a month, which may be written as a month or as any of its days.
    "month": "DATE",
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
    """Every table of a source by name, in the order in which its file lists them; None where they have no contract."""
    (source,) = yaml.safe_load(file.read_text())["sources"]
    if source["config"].get("meta", {}).get("is_as_landed"):
        return None
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


@cache
def supplied():
    """The inputs that each connector can stand in for: its folder -> input -> the model that writes it."""
    return {
        folder.name: {
            name: model for name in inputs() if (folder / f"{(model := f'{folder.name}_{name}')}.sql").exists()
        }
        for folder in sorted(CONNECTORS.iterdir())
        if folder.is_dir()
    }


def connected(connectors):
    """What the var connectors names: the inputs that are stood in for, and the folders of the connectors -> their tables.

    The tables of a connector whose source has no contract are read as they were loaded: None. Any other is read where the
    condition `enabled` of its declaration holds, as in dbt.

    Raises InputError where a group of inputs names no connector.
    """
    replaced, folders, problems = set(), {}, []
    for key, named in connectors.items():
        for name in [named] if isinstance(named, str) else named:
            folder = next((folder for folder in supplied() if f"{name}_".startswith(f"{folder}_")), None)
            if key not in inputs() and folder in (None, PLAIN):
                problems.append(unknown_connector(key, str(name)))
                continue
            replaced |= {key} if key in inputs() else set(supplied().get(folder, ()))
            if folder and (file := CONNECTORS / folder / "_sources.yml").exists():
                tables = tables_of(file)
                folders[folder] = tables and {
                    table: found for table, found in tables.items() if found.is_enabled(connectors)
                }
    if problems:
        raise InputError("\n".join(problems))
    return replaced, dict(sorted(folders.items()))


def unknown_connector(key, name):
    """What is wrong where `key: name` in the var connectors names neither an input nor a connector of a group, and what to do."""
    written = f"var connectors: {{{key}: {name}}}"
    near = get_close_matches(key, inputs(), 1, 0.7)
    if near:
        return f"{written}: found no input {key}. Is it {near[0]}?"
    if name.split("_")[0] == PLAIN:
        return f"{written}: a plain table stands in for one input: write its name in place of {key}, for example subscription_changes."
    vendors = [folder for folder in supplied() if folder != PLAIN]
    near = get_close_matches(name, vendors, 1, 0.6)
    advice = f"Is it {near[0]}?" if near else f"Expected one of {', '.join(vendors)}."
    return f"{written}: found no connector {name}. {advice}"


@cache
def interfaces():
    """What models of other folders read of each branch that can be switched off: branch -> model -> column -> type."""
    # A model's folder is the one below its layer.
    models = {path.stem: (path, path.relative_to(MODELS).parts[:-1][:2][-1]) for path in sorted(MODELS.rglob("*.sql"))}
    read = {
        name
        for path, folder in models.values()
        for name in re.findall(r"ref\('(\w+)'\)", path.read_text())
        if name in models and models[name][1] != folder
    }
    found = {branch: {} for branch in BRANCHES}
    for name in sorted(read):
        path, branch = models[name]
        if branch in found:
            (model,) = yaml.safe_load(path.with_suffix(".yml").read_text())["models"]
            found[branch][name] = {column["name"]: column["data_type"] for column in model["columns"]}
    return found


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
    lines += [
        "    }) }}",
        "{%- endmacro %}",
        "",
        "{#- The models of every connector: connector -> input -> the model that stands in for it. -#}",
        "{% macro connector_models() -%}",
        "    {{ return({",
        *(f'        "{folder}": {json.dumps(models)},' for folder, models in supplied().items()),
    ]
    lines += [
        "    }) }}",
        "{%- endmacro %}",
        "",
        "{#- What other folders read of each branch that can be switched off: branch -> model -> column -> type. -#}",
        "{% macro branch_interfaces() -%}",
        "    {{ return({",
    ]
    for branch, models in interfaces().items():
        lines += [
            f'        "{branch}": {{',
            *(f'            "{name}": {json.dumps(types)},' for name, types in models.items()),
        ]
        lines.append("        },")
    return "\n".join([*lines, "    }) }}", "{%- endmacro %}", ""])


if __name__ == "__main__":
    MACRO.write_text(macro())
