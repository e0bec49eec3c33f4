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


@pytest.mark.nightly
def test_changes_are_since_the_newest_published_build(demo, tmp_path):
    """A build that was never published does not count, and is forgotten; a full refresh compares with what was published, too."""
    company = copied(demo, tmp_path / "home")
    models = ["run_settings", "known_levels", "publication_pairs", "publication_changes", "publication_digest"]

    def execute(*statements):
        with duckdb.connect(str(company.settings.warehouse)) as connection:
            for statement in statements:
                connection.execute(statement)

    def built(*arguments):
        """Build these models: the builds that are known, oldest first, and the changes."""
        finished = company.dbt("run", "--select", *models, *arguments, CUSTOMER_VALUE_PUBLISHES="1")
        assert finished.returncode == 0, finished.stdout[-3000:]
        known = rows_of(company, "select distinct build_number, build_id from history.known_levels order by 1")
        changes = rows_of(company, "select change_kind, mrr_change_amount from marts.publication_changes order by all")
        assert rows_of(company, "select change_count from marts.publication_digest") == [(len(changes),)]
        return [build_id for _, build_id in known], changes

    ((first,),) = rows_of(company, "select distinct build_id from history.known_levels")
    known, changes = built()
    assert len(known) == 2 and known[0] == first and changes == []
    # What this build says is never published.
    cheaper = (
        "update history.known_levels set level_amount = level_amount - 10, own_amount = own_amount - 10 "
        "where build_id = '{0}' and (level_kind = 'company' or entity_key = (select min(customer_id) from marts.customers "
        "where mrr_amount > 10))"
    )
    execute(cheaper.format(known[1]))
    again, changes = built()
    assert again[0] == first and again[1] not in known and changes == []
    # What the next one says is.
    execute(cheaper.format(again[1]), f"insert into history.build_metadata values ('publication', '{again[1]}')")
    for arguments in ([], ["--full-refresh"]):
        known, changes = built(*arguments)
        assert known[0] == again[1] and len(known) == 2 and changes == [("mrr_up", 10)]
