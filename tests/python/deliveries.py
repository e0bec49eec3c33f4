"""A company on a target beside DuckDB, and its inputs day by day, for runs that follow each other on both."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass

import duckdb
from conftest import Company

from customer_value.settings import PROJECT, Settings


@dataclass(frozen=True)
class OnTarget(Company):
    """A company whose target is another than DuckDB, in schemas of its own."""

    target: str = ""
    schema: str = "test"

    @property
    def settings(self):
        raw, published = self.home / "raw", self.home / "published"
        mirror = self.home / "mirror" / "w.duckdb"
        return Settings.of(raw, mirror, published, self.as_of, target=self.target, schema=self.schema)

    def cli(self, verb, *arguments):
        return subprocess.run(self.command(verb, *arguments), cwd=PROJECT, capture_output=True, text=True)

    def command(self, verb, *arguments):
        settings = self.settings
        paths = ["--raw", settings.raw, "--warehouse", settings.warehouse, "--published", settings.published]
        target = ["--target", self.target, "--schema", self.schema] + (["--as-of", self.as_of] if self.as_of else [])
        return [sys.executable, "-m", "customer_value.cli", verb, *map(str, [*paths, *target, *arguments])]


def deliver(source, raw, day=None):
    """The inputs of a company, those alone that had been loaded by the end of a day."""
    raw.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        for path in sorted(source.iterdir()):
            if path.name == "truth":
                continue
            files = path / "*.parquet" if path.is_dir() else path
            condition = f"where loaded_at < timestamp '{day}' + interval 1 day" if day else ""
            connection.execute(
                f"copy (from read_parquet('{files}', union_by_name = true) {condition}) to '{raw / path.stem}.parquet' (format parquet)"
            )


def last_two_days(company):
    """The day before the as-of day of what a company has published, and that day."""
    (last_day,) = company.rows("select as_of_date from main.publication")[0]
    return [str(last_day.replace(day=last_day.day - 1)) if last_day.day > 1 else str(last_day), str(last_day)]


def files_of(*companies):
    return [company.settings.published / "customer_value.duckdb" for company in companies]


def run_on_both(company, here, there):
    """Two runs of a company on two targets, the second a day later."""
    for day in last_two_days(company):
        for each in (here, there):
            deliver(company.settings.raw, each.settings.raw, day)
            each.run()
    return here, there


def kill_runs(company, count, published):
    """Kill runs at moments before they publish, by the time that a whole one takes. `published` asks which build readers see.

    Raises AssertionError where that is another one after a kill; returns it.
    """
    started = time.monotonic()
    company.run()
    latest = 0.8 * (time.monotonic() - started)
    before = published()
    for number in range(1, count + 1):
        process = subprocess.Popen(
            company.command("run"), cwd=PROJECT, stdout=subprocess.DEVNULL, start_new_session=True
        )
        time.sleep(latest * number / count)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert published() == before, f"kill {number} of {count}"
    time.sleep(5)
    return before
