"""The project's structure: where things stand, what they are called, how long they may be, what may read what.

What dbt's manifest alone can show is held by dbt-bouncer (tests/structure/dbt-bouncer.yml).
"""

import json
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from graphlib import TopologicalSorter
from pathlib import Path

import duckdb
import pytest
import yaml
from conftest import take_what_was_read

from customer_value.settings import PROJECT

MODELS = sorted((PROJECT / "models").rglob("*.sql"))
MACROS = sorted((PROJECT / "macros").rglob("*.sql"))

# Models that may be longer than 120 lines; DECISIONS.md says why.
LONG_MODELS = {"int_usage_days": 227, "int_subscription_log": 141}

# Rules that stood in several places once: a pattern, and the one file in which it may stand.
STATED_ONCE = {
    r"\('canceled', 'expired'\)": "models/staging/base/base_subscription_changes.sql",
    r"1461|30\.4375": "macros/whole_months.sql",
}


def name_of(path):
    return str(path.relative_to(PROJECT))


def properties_of(path):
    """What a model's yml says of it."""
    (model,) = yaml.safe_load(path.with_suffix(".yml").read_text())["models"]
    return model


def folder_of(model):
    """The subject of a model of the intermediate layer; of others the layer."""
    layer, *folders = model["path"].split("/")[:-1]
    return folders[0] if layer == "intermediate" else layer


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """The models of dbt's manifest by name; `reads` holds the models that each one reads."""
    target = tmp_path_factory.mktemp("target")
    take_what_was_read(target)
    subprocess.run(
        [Path(sys.executable).with_name("dbt"), "--quiet", "parse", "--target", "lint"],
        cwd=PROJECT,
        env=os.environ | {"DBT_TARGET_PATH": str(target), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"},
        check=True,
    )
    nodes = json.loads((target / "manifest.json").read_text())["nodes"]
    found = {node["name"]: node for node in nodes.values() if node["resource_type"] == "model"}
    for model in found.values():
        reads = [nodes[unique_id] for unique_id in model["depends_on"]["nodes"] if unique_id in nodes]
        model["reads"] = {node["name"] for node in reads if node["resource_type"] == "model"}
    return found


@pytest.mark.parametrize("path", MODELS, ids=name_of)
def test_model(path):
    sql = path.read_text()
    lines = sql.splitlines()
    assert lines[0].startswith("-- Grain: one row"), "line 1 says the grain"
    assert path.with_suffix(".yml").exists(), "a model's yml stands beside it"
    model = properties_of(path)
    assert model["name"] == path.stem and model["description"]
    folders = path.relative_to(PROJECT / "models").parts[:-1]
    assert len(folders) <= 3, "models stand at most three folders deep"
    assert len(lines) <= LONG_MODELS.get(path.stem, 120), "a model has 120 lines at most"
    # `select *` only in import CTEs: a version number may stand beside it, a list of columns may not.
    for star in re.finditer(r"select\s+\*|\w+\.\*", sql):
        assert re.match(r"select\s+\*(,[^)]*\([\s\S]*?)?\s*(from|,)", sql[star.start() :]), star.group()
    assert not re.search(r"\bas \(\s*\n\s*select \* from \{\{ ref\([^)]*\) \}\}\s*\n\s*\)", sql), (
        "an import is one line"
    )
    assert "current_date" not in sql and "now()" not in sql, "no clock: every number is as of the as-of day"
    assert not re.search(r"\b(final|base|tmp|temp)\s+as\s*\(", sql), "a CTE is named for what it holds"


def test_long_models_are_answered_for():
    decisions = (PROJECT / "DECISIONS.md").read_text()
    assert [name for name in LONG_MODELS if f"`{name}`" not in decisions] == []


@pytest.mark.parametrize("path", [*MODELS, *MACROS], ids=name_of)
def test_engines_differ_in_portable_macros_only(path):
    sql = path.read_text()
    if "portable" not in path.parts:
        assert "target.type" not in sql and "adapter.dispatch" not in sql


def test_properties_are_the_same_on_every_engine():
    paths = [
        PROJECT / "dbt_project.yml",
        *(path for folder in ("models", "seeds") for path in (PROJECT / folder).rglob("*.yml")),
    ]
    assert [name_of(path) for path in paths if "target.type" in path.read_text()] == []


@pytest.mark.parametrize("pattern", STATED_ONCE)
def test_a_rule_stands_in_one_place(pattern):
    paths = {name_of(path) for path in [*MODELS, *MACROS] if re.search(pattern, path.read_text())}
    assert paths == {STATED_ONCE[pattern]}


@pytest.mark.parametrize("path", [path for path in MODELS if "marts" in path.parts], ids=name_of)
def test_every_column_of_a_mart_is_described(path):
    for column in properties_of(path)["columns"]:
        assert column["description"] and column["data_type"]
        # A description that only repeats the name says nothing.
        assert column["description"].lower().strip(".") != column["name"].replace("_", " ")


def test_every_column_of_an_interface_is_described(demo, models):
    """What another folder may read: each column that the warehouse has, and no other."""
    with duckdb.connect(str(demo.settings.warehouse), read_only=True) as connection:
        columns = defaultdict(set)
        for name, column in connection.execute(
            "select table_name, column_name from duckdb_columns() where schema_name in ('intermediate', 'history')"
        ).fetchall():
            columns[name].add(column)
    for name, model in models.items():
        if model["access"] == "protected" and model["path"].startswith(("intermediate/", "history/")):
            described = {column: node["description"] for column, node in model["columns"].items()}
            assert described.keys() == columns[name] and all(described.values()), name


def test_a_model_is_an_interface_where_another_folder_reads_it(models):
    readers = defaultdict(set)
    for model in models.values():
        for name in model["reads"]:
            readers[name].add(model["group"])
    for name, model in models.items():
        if model["path"].startswith(("intermediate/", "history/")):
            is_read_elsewhere = bool(readers[name] - {model["group"]})
            assert (model["access"] == "protected") == is_read_elsewhere, name


def test_folders_form_no_cycle(models):
    folders = defaultdict(set)
    for model in models.values():
        if model["path"].startswith("intermediate/"):
            folders[folder_of(model)] |= {
                folder_of(models[name]) for name in model["reads"] if models[name]["path"].startswith("intermediate/")
            } - {folder_of(model)}
    assert len(list(TopologicalSorter(folders).static_order())) == 12


def test_the_project_can_be_held_in_one_head(models):
    """At most 285 models, 25 in a folder, 39 one after the other; `customers` rests on 141 at most."""
    depths, ancestors = {}, {}
    for name in TopologicalSorter({name: model["reads"] for name, model in models.items()}).static_order():
        reads = models[name]["reads"]
        depths[name] = 1 + max((depths[each] for each in reads), default=0)
        ancestors[name] = reads.union(*(ancestors[each] for each in reads))
    folders = Counter(str(Path(model["path"]).parent) for model in models.values())
    assert len(models) <= 285
    assert max(depths.values()) <= 39
    assert len(ancestors["customers"]) <= 141
    assert max(folders.values()) <= 25, folders.most_common(3)


def test_the_contract_is_declared_once():
    """A connector declares the tables that it reads, in its own folder."""
    declared = [path for path in (PROJECT / "models").rglob("*.yml") if "\nsources:" in path.read_text()]
    folders = [path.parent.relative_to(PROJECT / "models") for path in declared if path.name == "_sources.yml"]
    assert len(folders) == len(declared)
    assert [folder for folder in folders if folder.parts[0] != "connectors"] == [Path("staging")]


def test_unit_tests_stand_in_the_file_of_their_folder(models):
    for path in (PROJECT / "tests" / "unit").glob("*.yml"):
        for test in yaml.safe_load(path.read_text())["unit_tests"]:
            # A connector's models are there where the company uses it.
            folder = models[test["model"]]["group"] if test["model"] in models else "connectors"
            assert folder == path.stem, test["name"]


def test_mrr_amount_is_found_from_mart_to_raw():
    """The path of the headline, model by model: each names the column and reads the one before."""
    path = [
        ("marts/revenue/mrr_monthly", "int_mrr_months"),
        ("intermediate/revenue/int_mrr_months", "int_mrr_month_totals"),
        ("intermediate/revenue/int_mrr_month_totals", "int_customer_movements"),
        ("intermediate/revenue/int_customer_movements", "int_customer_months"),
        ("intermediate/revenue/int_customer_months", "int_subscription_item_months"),
        ("intermediate/billing/int_subscription_item_months", "int_subscription_periods"),
        ("intermediate/billing/int_subscription_periods", "int_subscription_log"),
        ("intermediate/billing/int_subscription_log", "stg_subscription_changes"),
    ]
    for model, source in path:
        sql = (PROJECT / "models" / f"{model}.sql").read_text()
        assert re.search(r"mrr_(own_)?amount", sql) and f"ref('{source}')" in sql, model


def test_the_readme_is_short():
    assert len((PROJECT / "README.md").read_text().splitlines()) <= 120
