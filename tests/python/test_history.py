"""History: what was published first outlives every rebuild, and the move to a schema of its own."""

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from conftest import rows_of
from copies import project_copy
from test_nightly import copied


@pytest.mark.nightly
def test_the_history_of_an_earlier_layout_is_carried_over(demo, tmp_path):
    """A warehouse in which history lay among what may be dropped keeps what was published first, and by which build."""
    company = copied(demo, tmp_path / "home")
    with duckdb.connect(str(company.settings.warehouse)) as connection:
        connection.execute("update history.known_metrics set metric_value = metric_value + 1")
        connection.execute("create table intermediate.int_known_metrics as from history.known_metrics")
        connection.execute("create table main.build_memory as from history.build_metadata")
        connection.execute("drop schema history cascade")
    earlier = rows_of(company, "from intermediate.int_known_metrics order by all")
    publication = rows_of(company, "select value from main.build_memory where kind = 'publication'")
    assert earlier and publication
    company.run()
    assert rows_of(company, "from history.known_metrics order by all") == earlier
    recorded = rows_of(company, "select value from history.build_metadata where kind = 'publication'")
    assert set(publication) < set(recorded)
    # What readers were told first is what is restated now, of every month and metric.
    restated = rows_of(company, "select distinct current_value - first_known_value from marts.restatements")
    assert restated == [(-1,)] and len(rows_of(company, "from marts.restatements")) == len(earlier)
    places = (
        "select table_name from information_schema.tables where table_name in ('int_known_metrics', 'build_memory')"
    )
    assert rows_of(company, places) == []


@pytest.mark.nightly
def test_a_full_refresh_keeps_what_was_published_first(demo, tmp_path):
    company = copied(demo, tmp_path / "home")
    known = rows_of(company, "from history.known_metrics order by all")
    finished = company.dbt("build", "--full-refresh", "--exclude-resource-type", "unit_test", "test")
    assert finished.returncode == 0, finished.stdout[-3000:]
    assert rows_of(company, "from history.known_metrics order by all") == known


@pytest.fixture(scope="module")
def definition_id(tmp_path_factory):
    """A function that gives the definition of a mart's metrics after a change to one file of the project."""
    project = project_copy(tmp_path_factory.mktemp("project"))

    def compiled(mart, file=None, old="", new=""):
        text = (project / file).read_text() if file else ""
        assert old in text
        if file:
            (project / file).write_text(text.replace(old, new, 1))
        finished = subprocess.run(
            [Path(sys.executable).with_name("dbt"), "--quiet", "compile", "--target", "lint", "--inline"]
            + [f"{{{{ metric_definition_id('{mart}') }}}}"],
            cwd=project,
            env=os.environ | {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false"},
            capture_output=True,
            text=True,
        )
        if file:
            (project / file).write_text(text)
        assert finished.returncode == 0, finished.stdout + finished.stderr
        return finished.stdout.strip()

    return compiled


@pytest.mark.nightly
def test_a_definition_is_of_what_the_metrics_are_computed_by(definition_id):
    """Neither a comment nor a model beside the path changes it; a condition far up the path does, and only below it."""
    growth, path = "models/marts/growth/annual_offers.sql", "models/intermediate/billing/int_subscription_log.sql"
    nps = "models/intermediate/nps/int_nps_counts.sql"
    mrr = definition_id("mrr_monthly")
    assert len(mrr) == 32
    assert definition_id("mrr_monthly", growth, "select", "select distinct") == mrr
    assert definition_id("mrr_monthly", nps, "select", "select distinct") == mrr
    assert definition_id("mrr_monthly", path, "with", "-- A comment.\nwith") == mrr
    assert definition_id("mrr_monthly", path, "select", "select distinct") != mrr
    assert definition_id("nps_monthly", nps, "select", "select distinct") != definition_id("nps_monthly")
