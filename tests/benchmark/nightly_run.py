"""How long a nightly run takes, compared with a full build of the same inputs.

Writes a demonstration company of many events, builds all that had been loaded before its last nightly run, and then that run
twice: as one new day, and with the late, repeated and corrected rows of earlier days that came with it. Each is compared
with a full build of the same inputs: by seconds, by peak memory, and by every cell of every mart but `restatements`,
which records what readers saw before. What is timed is the whole `customer-value run`: checks, dbt build with its tests,
expectations, publication and summary.

Exit code 1 where the marts differ, where the new day took a quarter of the full build's time or more, or where a run took
3 GiB or more.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import duckdb

from customer_value.contract import inputs
from customer_value.files import files_of, literal, quoted
from customer_value.generate import END
from customer_value.publish import FILE_NAME
from customer_value.settings import PROJECT

SHARE = 0.25
MEMORY = 3 << 30

# A first build has no record of what readers saw before.
RECORDS = "restatements"


def arguments():
    """The options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--home", type=Path, default=PROJECT / "data" / "benchmark", help="folder to work in, emptied first"
    )
    parser.add_argument("--customers", default="2000")
    parser.add_argument("--months", default="24")
    parser.add_argument("--events-per-customer-month", default="3050", help="3050 makes 50 million events in all")
    return parser.parse_args()


def split(raw, home):
    """Split the inputs at the last nightly run: the folders `history`, `day` and `night`, the last two with all of the first.

    History is a file per month of load, as loaders leave it. Returns the number of events in `night`.
    """
    before = f"coalesce(loaded_at < timestamp {literal(END)} - interval 12 hour, true)"
    new_day = f"occurred_at >= timestamp {literal(END)} - interval 1 day"
    with duckdb.connect() as connection:
        connection.execute("set threads = 2; set preserve_insertion_order = false; set memory_limit = '4GB'")
        for name in inputs():
            source = files_of(raw, name).relation()
            for folder in ("history", "day", "night"):
                (home / folder / name).mkdir(parents=True)
            connection.execute(
                f"copy (select *, coalesce(strftime(loaded_at, '%Y%m'), 'none') as load_month from {source} where {before}) "
                f"to {literal(home / 'history' / name)} (format parquet, partition_by (load_month), overwrite_or_ignore)"
            )
            for folder in ("day", "night"):
                for number, file in enumerate((home / "history" / name).rglob("*.parquet")):
                    (home / folder / name / f"history_{number}.parquet").hardlink_to(file)
                rows = f"not {before}" + (f" and {new_day}" if (folder, name) == ("day", "usage_events") else "")
                connection.execute(
                    f"copy (from {source} where {rows}) to {literal(home / folder / name / 'last_night.parquet')} (format parquet)"
                )
        events = files_of(home / "night", "usage_events").relation()
        return connection.execute(f"select count(*) from {events}").fetchone()[0]


def run(home, inputs_of, warehouse):
    """Run once. Returns seconds and peak memory in bytes, dbt's included; ends the benchmark where the run fails."""
    os.sync()
    paths = [
        "--raw",
        home / inputs_of,
        "--warehouse",
        warehouse / "warehouse.duckdb",
        "--published",
        warehouse / "published",
    ]
    started = time.monotonic()
    with open(home / "log.txt", "w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "customer_value.cli", "run", *map(str, paths)], stdout=log, stderr=log
        )
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"customer-value run: exit code {process.returncode}, see {log.name}")
    return time.monotonic() - started, usage.ru_maxrss * 1024


def differing(one, other):
    """The marts of two warehouses' publications that are not alike, cell by cell."""
    with duckdb.connect() as connection:
        for name, warehouse in (("one", one), ("other", other)):
            connection.execute(f"attach {literal(warehouse / 'published' / FILE_NAME)} as {name} (read_only)")
        marts = connection.execute(
            "select distinct table_name from duckdb_tables() where schema_name = 'marts' and table_name <> ?",
            [RECORDS],
        ).fetchall()
        return [
            mart
            for (mart,) in marts
            if connection.execute(
                f"(from one.marts.{quoted(mart)} except all from other.marts.{quoted(mart)}) union all "
                f"(from other.marts.{quoted(mart)} except all from one.marts.{quoted(mart)}) limit 1"
            ).fetchall()
        ]


def main():
    """Run the benchmark and print what came of it. Returns the exit code."""
    options = arguments()
    shutil.rmtree(options.home, ignore_errors=True)
    raw = options.home / "raw"
    sizes = ["--customers", options.customers, "--months", options.months]
    sizes += ["--events-per-customer-month", options.events_per_customer_month]
    subprocess.run([sys.executable, "-m", "customer_value.cli", "generate", "--raw", raw, *sizes], check=True)
    # In a process of its own: memory that this one has taken would count as its children's.
    with ProcessPoolExecutor(1) as pool:
        event_count = pool.submit(split, raw, options.home).result()
    shutil.rmtree(raw)
    print(f"{event_count:,} events, {int(options.customers):,} customers, {options.months} months", flush=True)

    # A nightly run follows in place: dbt reads the whole project again where the warehouse has moved.
    built, full, history = options.home / "built", options.home / "built_in_full", options.home / "built_history"
    seconds, memory = run(options.home, "history", built)
    built.rename(history)
    print(f"{'before the nightly run':32} {seconds:6.1f} s {memory / 2**30:5.2f} GiB", flush=True)
    failed = False
    for name, title in (("day", "one new day"), ("night", "with late and corrected rows")):
        shutil.copytree(history, built)
        seconds, memory = run(options.home, name, built)
        full_seconds, full_memory = run(options.home, name, full)
        share, marts = seconds / full_seconds, differing(built, full)
        print(f"{title + ', in full':32} {full_seconds:6.1f} s {full_memory / 2**30:5.2f} GiB")
        print(f"{title:32} {seconds:6.1f} s {memory / 2**30:5.2f} GiB  {share:.1%} of the full build")
        print(f"{'':32} marts that differ: {', '.join(marts) or 'none'}", flush=True)
        failed |= bool(marts) or max(memory, full_memory) >= MEMORY or (name == "day" and share >= SHARE)
        shutil.rmtree(built)
        shutil.rmtree(full)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
