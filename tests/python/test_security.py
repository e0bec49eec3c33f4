"""Values are values: no name, path or var becomes SQL; what is to stay private does; nothing calls home."""

import re
import shutil

import duckdb
import pytest
import yaml
from conftest import Company

from customer_value.settings import PROJECT

HOSTILE = "o'brien\"; drop schema marts cascade; -- $(x) `y` %s {{ 1 }} 日本"


@pytest.mark.nightly
def test_hostile_paths_are_paths(demo, tmp_path):
    """Folders with quotes, semicolons and braces in their names are read from, built in and published to."""
    home = tmp_path / HOSTILE
    shutil.copytree(demo.settings.raw, home / "raw")
    company = Company(home, "2026-10-18").run()
    assert company.rows("select count(*) from marts.customers") == demo.rows("select count(*) from marts.customers")


def build(company, variables):
    return company.dbt("run", "--select", "+int_subscription_log", "--vars", variables)


@pytest.mark.nightly
def test_hostile_vars_are_values(demo, tmp_path):
    """A status with a quote in it is a status that nobody has."""
    shutil.copytree(demo.home, tmp_path / "home")
    company = Company(tmp_path / "home", "")
    built = build(company, '{mrr_statuses: ["active\') or true or (\'", "past_due"], reporting_currency: "U\'SD"}')
    assert built.returncode == 0, built.stdout[-2000:]
    with duckdb.connect(str(company.settings.warehouse), read_only=True) as connection:
        found = connection.execute(
            "select distinct status from intermediate.int_subscription_log where mrr_own_amount > 0"
        ).fetchall()
    assert found == [("past_due",)]


@pytest.mark.nightly
@pytest.mark.parametrize("name", ["number_limit", "chain_gap_hours"])
def test_vars_that_are_numbers_must_be_numbers(demo, tmp_path, name):
    shutil.copytree(demo.home, tmp_path / "home")
    refused = build(Company(tmp_path / "home", ""), f'{{{name}: "1 or (select true)"}}')
    assert refused.returncode != 0
    assert f'var {name}: found "1 or (select true)", expected a number.' in refused.stdout


def test_every_number_is_checked():
    """The list of vars that must be numbers holds all whose default is one."""
    variables = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["vars"]
    numbers = {
        name for name, value in variables.items() if isinstance(value, int | float) and not isinstance(value, bool)
    }
    checked = re.search(r"numbers = \[(.*?)\]", (PROJECT / "macros" / "check_vars.sql").read_text(), re.DOTALL)[1]
    assert numbers == set(re.findall(r"'([a-z_]+)'", checked))


@pytest.mark.nightly
def test_names_are_not_published_where_they_must_not_be(demo, tmp_path):
    """With personal data switched off no published cell holds a customer's name, no cell ever an address."""
    shutil.copytree(demo.home, tmp_path / "home")
    company = Company(tmp_path / "home", "")
    built = company.dbt("build", "--exclude-resource-type", "unit_test", "--vars", "{include_personal_data: false}")
    assert built.returncode == 0
    assert company.cli("check").returncode == 0 and company.cli("publish").returncode == 0
    published = repr(company.marts())
    assert "Company 1" not in published and "@" not in published
    assert "Company 1" in repr(demo.marts())


def test_no_secret_and_no_clock_in_what_is_published(demo):
    # The sources of published ranges are addresses that everybody may read.
    tables = {name: rows for name, rows in demo.marts().items() if name != "metric_benchmarks"}
    assert not re.search(r"https?://", repr(tables))


def test_telemetry_is_off():
    flags = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["flags"]
    assert flags["send_anonymous_usage_stats"] is False
    assert 'os.environ["GX_ANALYTICS_ENABLED"] = "false"' in (PROJECT / "customer_value" / "check.py").read_text()
