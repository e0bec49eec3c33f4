"""What DuckDB alone takes of a company: `python engine.py limit|deduped RAW AS_OF`, or `models MANIFEST WAREHOUSE TIMES`.

limit: the smallest pass that has to be made: events to day x customer x feature, the log to a row per item and month.
deduped: the same, with the newest version of each event id alone. models: the compiled SQL of every model, one after the
other on one connection, without dbt; CPU seconds of each are written to TIMES. Memory and threads are those of the profile.
"""

import json
import os
import resource
import sys
from pathlib import Path

import duckdb

from customer_value.files import files_of

DAYS = """
create table usage_days as
select cast(occurred_at as date) as activity_date, customer_id, feature, count(*) as event_count, sum(quantity) as quantity
from {events}
group by all
"""

VERSIONS = """(
    select
        event_id, arg_max(customer_id, loaded_at) as customer_id, arg_max(feature, loaded_at) as feature,
        arg_max(occurred_at, loaded_at) as occurred_at, arg_max(quantity, loaded_at) as quantity
    from {events} group by event_id
)"""

SPINE = """
create table item_months as
with months as (
    select unnest(generate_series(timestamp '2015-01-01', timestamp '{as_of}', interval 1 month)) as month
),
periods as (
    select *, lead(changed_at) over (partition by subscription_id, item_id order by changed_at, loaded_at) as valid_to
    from {log}
)
select customer_id, item_id, month, sum(quantity * unit_amount) as amount
from periods
join months
    on changed_at < month + interval 1 month and coalesce(valid_to, timestamp '{as_of}') >= month + interval 1 month
group by all
"""


def opened(path=":memory:"):
    """A connection with the memory and the threads of the profile."""
    return duckdb.connect(
        path,
        config={
            "threads": 2,
            "memory_limit": os.environ.get("CUSTOMER_VALUE_MEMORY") or "60%",
            "preserve_insertion_order": "false",
            # Where memory is not enough for what a table keeps, it goes there.
            "temp_directory": os.environ.get("TMPDIR") or "/tmp",
        },
    )


def scan(raw, as_of, is_deduped):
    """Take the smallest pass over events and log."""
    events = files_of(raw, "usage_events").relation()
    with opened() as connection:
        connection.execute(DAYS.format(events=VERSIONS.format(events=events) if is_deduped else events))
        connection.execute(SPINE.format(log=files_of(raw, "subscription_changes").relation(), as_of=as_of))


def cpu_seconds():
    """User and system time of this process so far."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def in_order(nodes):
    """The models of this project, each after those that it reads."""
    done = []

    def add(key):
        if key in nodes and key not in done:
            for other in nodes[key]["depends_on"]["nodes"]:
                add(other)
            done.append(key)

    for key in sorted(nodes):
        add(key)
    return done


def run_models(manifest, warehouse, times):
    """Build every model into a copy of a built warehouse, where the inputs, seeds and kept states are."""
    nodes = json.loads(manifest.read_text())["nodes"]
    # What is kept from build to build reads itself, and is no part of the work on inputs.
    nodes = {
        key: node
        for key, node in nodes.items()
        if node["resource_type"] == "model"
        and node["config"]["materialized"] != "ephemeral"
        and node["fqn"][1] != "history"
    }
    seconds = {}
    with opened(str(warehouse)) as connection:
        connection.execute("set timezone = 'UTC'")
        for key in in_order(nodes):
            node, before = nodes[key], cpu_seconds()
            kind = "view" if node["config"]["materialized"] == "view" else "table"
            connection.execute(f"create or replace {kind} {node['relation_name']} as {node['compiled_code']}")
            seconds[node["name"]] = cpu_seconds() - before
    times.write_text(json.dumps(seconds))


if __name__ == "__main__":
    if sys.argv[1] == "models":
        run_models(*map(Path, sys.argv[2:]))
    else:
        scan(Path(sys.argv[2]), sys.argv[3], sys.argv[1] == "deduped")
