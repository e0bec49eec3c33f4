"""The recipes for schedulers say what the command line understands."""

import ast
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from customer_value.cli import cli, main
from customer_value.settings import OPTIONS, PROJECT, Settings

DEPLOY = PROJECT / "deploy"
RECIPES = ["crontab", "customer-value.service", "github-actions.yml"]


@pytest.mark.parametrize("recipe", RECIPES)
def test_the_command_is_understood(recipe):
    (call,) = re.findall(r"\.venv/bin/customer-value ([^\n>]+)", (DEPLOY / recipe).read_text())
    command, *arguments = call.split()
    assert command == "run" and cli.commands[command].make_context(command, arguments).params["wait"] == 3600


@pytest.mark.parametrize("recipe", ["crontab", "customer-value.env", "github-actions.yml"])
def test_the_variables_are_read_by_the_settings(recipe):
    known = {option.envvar for option in OPTIONS}
    assert set(re.findall(r"CUSTOMER_VALUE_\w+", (DEPLOY / recipe).read_text())) <= known


def test_help_names_defaults_and_variables(capsys):
    assert main(["run", "--help"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "env var: CUSTOMER_VALUE_KEEP_PUBLICATIONS; default: 3" in text and "default: (data/raw)" in text


def test_a_flag_wins_over_its_variable(monkeypatch, tmp_path):
    monkeypatch.setenv("CUSTOMER_VALUE_KEEP_PUBLICATIONS", "5")
    monkeypatch.setenv("CUSTOMER_VALUE_RAW", "~/raw")
    monkeypatch.setenv("CUSTOMER_VALUE_AS_OF", "")
    assert Settings.of().keep_publications == 5 and Settings.of(keep_publications=0).keep_publications == 0
    assert Settings.of().raw == Path.home() / "raw" and Settings.of(tmp_path).raw == tmp_path
    assert Settings.of().as_of == "" and Settings.of(as_of="2026-03-31").as_of == "2026-03-31"


def test_the_crontab_is_one():
    (line,) = [line for line in (DEPLOY / "crontab").read_text().splitlines() if re.match(r"\d", line)]
    minute, hour, *rest = line.split()
    assert 0 <= int(minute) < 60 and 0 <= int(hour) < 24 and rest[:3] == ["*", "*", "*"] and rest[3] == "customer-value"


def test_the_units_are_understood():
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not here")
    verified = subprocess.run(
        ["systemd-analyze", "verify", DEPLOY / "customer-value.timer"], capture_output=True, text=True
    )
    assert "Unknown" not in verified.stderr, verified.stderr


def test_the_workflow_runs_on_schedule_and_one_at_a_time():
    workflow = yaml.safe_load((DEPLOY / "github-actions.yml").read_text())
    # YAML 1.1 reads the key `on` as true.
    assert workflow[True]["schedule"] and workflow["concurrency"]["cancel-in-progress"] is False


def test_dagster_knows_every_model():
    """Needs the extra `dagster`; without it the recipe is read only."""
    compile((DEPLOY / "dagster_definitions.py").read_text(), "dagster_definitions.py", "exec")
    pytest.importorskip("dagster_dbt")
    import sys

    sys.path.insert(0, str(DEPLOY))
    import dagster_definitions

    assert len(list(dagster_definitions.models.keys)) >= 190


def test_superset_charts_name_columns_of_marts(demo):
    """The dashboard of deploy/superset asks for what is there."""
    spec = (DEPLOY / "superset" / "datasets.py").read_text()
    tree = ast.parse(spec)
    helpers = ("sum_of", "months", "only")
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name in helpers]
    charts = [node for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "CHARTS"]
    scope = {}
    exec(compile(ast.Module([*functions, *charts], []), "datasets.py", "exec"), scope)
    for name, (_, settings) in scope["CHARTS"].items():
        columns = {
            column for (column,) in demo.rows(f"select column_name from (describe marts.{settings['datasource']})")
        }
        used = {metric["column"]["column_name"] for metric in settings.get("metrics", [])}
        used |= set(settings.get("groupby", [])) | set(settings.get("all_columns", []))
        used |= {each["subject"] for each in settings.get("adhoc_filters", [])}
        used |= {settings["x_axis"]} if "x_axis" in settings else set()
        assert used and used <= columns, name
        for each in settings.get("adhoc_filters", []):
            rows = f"marts.{settings['datasource']} where {each['subject']} = '{each['comparator']}'"
            assert demo.rows(f"select count(*) from {rows}")[0][0] > 0, name
    assert subprocess.run(["bash", "-n", DEPLOY / "superset" / "run"]).returncode == 0


def test_profiles_of_other_engines_hold_no_secret():
    """What differs from place to place is a variable."""
    text = (DEPLOY / "profiles_of_other_engines.yml").read_text()
    for engine, output in yaml.safe_load(text)["customer_value"]["outputs"].items():
        assert output["type"] == engine
        fixed = {key for key, value in output.items() if "env_var(" not in str(value)}
        assert fixed <= {"type", "method", "threads", "secure"}, engine
