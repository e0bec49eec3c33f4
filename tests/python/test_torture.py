"""kill -9 and full disks: nothing is lost, the next run converges, readers never see half of anything.

As often as CUSTOMER_VALUE_TEST_KILLS says, 5 times by default; `make torture` kills more often, and switches publications
under readers for as many seconds as CUSTOMER_VALUE_TEST_SWITCH_SECONDS says, 10 by default.
"""

import os
import random
import signal
import subprocess
import sys
import threading
import time

import duckdb
import pytest
from conftest import MARTS, comparable
from test_nightly import copied, marts_of

from customer_value.settings import PROJECT
from customer_value.switch import switch_file

KILLS = int(os.environ.get("CUSTOMER_VALUE_TEST_KILLS", 3))
SWITCH_SECONDS = int(os.environ.get("CUSTOMER_VALUE_TEST_SWITCH_SECONDS", 10))


def start(company, verb):
    paths = [
        "--raw",
        company.settings.raw,
        "--warehouse",
        company.settings.warehouse,
        "--published",
        company.settings.published,
    ]
    return subprocess.Popen(
        [sys.executable, "-m", "customer_value.cli", verb, *map(str, paths), "--wait", "60"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd=PROJECT,
    )


def opened(file, seconds=30):
    """A connection to a warehouse whose writers were killed; they hold its lock until the system has buried them."""
    until = time.monotonic() + seconds
    while True:
        try:
            return duckdb.connect(str(file))
        except duckdb.IOException as error:
            if "Could not set lock" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.1)


def whole(file):
    """A publication counts what it says that it holds."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{file}' as p (read_only)")
        counts = connection.execute("select mart_name, row_count from p.main.publication_marts").fetchall()
        return {mart for mart, _ in counts} == MARTS and all(
            connection.execute(f"select count(*) from p.marts.{mart}").fetchone()[0] == count for mart, count in counts
        )


@pytest.mark.nightly
def test_kills(demo, tmp_path):
    """Runs and single verbs are killed at random moments; a reader looks on all the while."""
    company = copied(demo, tmp_path / "home")
    expected = comparable(marts_of(company))
    file = company.settings.published / "customer_value.duckdb"
    rng, done, broken = random.Random(7), threading.Event(), []

    def look_on():
        while not done.is_set():
            try:
                if not whole(file):
                    broken.append("not whole")
            except duckdb.Error as error:
                broken.append(str(error))
            time.sleep(0.2)

    reader = threading.Thread(target=look_on)
    reader.start()
    started = time.monotonic()
    assert start(company, "run").wait() == 0
    seconds = time.monotonic() - started
    kills = 0
    while kills < KILLS:
        # What was built before is gone now and then, so that incremental models are killed in full builds too.
        verb = rng.choice(["run", "run", "run", "load", "build", "check", "publish"])
        process = start(company, verb)
        try:
            process.wait(rng.uniform(0.2, seconds if verb == "run" else seconds / 2))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            kills += 1
            print(f"kill {kills}: {verb}", flush=True)
        assert whole(file)
        with opened(company.settings.warehouse) as connection:
            connection.execute("select count(*) from duckdb_tables()")
            if rng.random() < 0.2:
                connection.execute("drop table if exists intermediate.int_usage_days")
    last = company.cli("run", "--wait", "60")
    assert last.returncode == 0, last.stdout[-3000:] + last.stderr[-2000:]
    done.set()
    reader.join()
    assert broken == []
    found = comparable(marts_of(company))
    assert [mart for mart in expected if expected[mart] != found[mart]] == []
    assert not list(company.settings.published.glob("*.tmp*"))


@pytest.fixture
def small_disk(tmp_path):
    """A function that makes a disk of so many megabytes; skips where mounting is not allowed."""
    mounted = []

    def make(megabytes):
        folder = tmp_path / f"disk{megabytes}"
        folder.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
        if subprocess.run(command, capture_output=True).returncode != 0:
            pytest.skip("mounting a small disk is not allowed here")
        mounted.append(folder)
        return folder

    yield make
    for folder in mounted:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_while_publishing(demo, tmp_path, small_disk):
    """The message says so; what was published stays; with room again the next publication succeeds."""
    company = copied(demo, tmp_path / "home")
    file = company.settings.published / "customer_value.duckdb"
    disk = small_disk(2 * file.stat().st_size // 2**20 - 2)
    subprocess.run(["mv", company.settings.published, disk / "published"], check=True)
    company.settings.published.symlink_to(disk / "published")
    refused = company.cli("publish")
    assert refused.returncode == 1
    assert "cannot be written" in refused.stderr and "what was published stays published" in refused.stderr
    left = sorted(path.name for path in (disk / "published").iterdir())
    assert whole(file) and left == ["customer_value.duckdb", "publications"]
    subprocess.run(["mount", "-o", "remount,size=500m", str(disk)], check=True)
    assert company.cli("publish").returncode == 0 and whole(file)


@pytest.mark.nightly
def test_a_full_disk_while_building(demo, tmp_path, small_disk):
    company = copied(demo, tmp_path / "home")
    file = company.settings.published / "customer_value.duckdb"
    disk = small_disk(12)
    company.settings.warehouse.unlink()
    company.settings.warehouse.symlink_to(disk / "warehouse.duckdb")
    failed = company.cli("run")
    assert failed.returncode == 1
    assert "what was published stays published" in failed.stderr and "Traceback" not in failed.stderr
    assert whole(file)
    subprocess.run(["mount", "-o", "remount,size=900m", str(disk)], check=True)
    finished = company.cli("run")
    assert finished.returncode == 0, finished.stdout[-3000:] + finished.stderr[-1000:]


# Reads until it is told to stop, each time through a new instance; prints how often, and what went wrong.
READER = """
import collections, duckdb, os, sys
reads, problems = 0, collections.Counter()
while not os.path.exists(sys.argv[2]):
    try:
        with duckdb.connect() as c:
            c.execute(f"attach '{sys.argv[1]}' as p (read_only)")
            expected = c.execute("select row_count from p.main.publication").fetchone()[0]
            tables = c.execute("select table_name from duckdb_tables() where table_name like 't%'").fetchall()
            found = sum(c.execute(f"select count(*) from p.main.{table}").fetchone()[0] for (table,) in tables)
        assert found == expected, "mixed"
        reads += 1
    except Exception as error:
        problems[str(error).splitlines()[0]] += 1
print(reads, dict(problems))
"""


def test_no_reader_opens_two_publications_at_once(tmp_path):
    """A small and a large file take turns, thousands of times, under eight readers.

    Where one is renamed over the other, DuckDB 2.0 takes the header of the one with the data of the other, and some
    reads fail within seconds.
    """
    for name, tables in (("small", 1), ("large", 12)):
        with duckdb.connect() as connection:
            connection.execute(f"attach '{tmp_path / name}' as p (storage_version 'v1.0.0')")
            for i in range(tables):
                connection.execute(
                    f"create table p.t{i} as select x, 'text' || x as y, hash(x) as z from range(20000) r(x)"
                )
            connection.execute(f"create table p.publication as select {20000 * tables} as row_count")
            connection.execute("detach p")
    (tmp_path / "published").mkdir()
    target, stop = tmp_path / "published" / "customer_value.duckdb", tmp_path / "stop"
    unfinished = target.with_name(target.name + ".tmp")

    def switch(name):
        os.link(tmp_path / name, unfinished)
        switch_file(unfinished, target)

    switch("small")
    command = [sys.executable, "-c", READER, str(target), str(stop)]
    readers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(8)]
    until, switches = time.monotonic() + SWITCH_SECONDS, 0
    try:
        while time.monotonic() < until:
            switches += 1
            switch("large" if switches % 2 else "small")
    finally:
        stop.touch()
    said = [reader.communicate()[0].split(maxsplit=1) for reader in readers]
    print(f"{switches} switches, {sum(int(reads) for reads, _ in said)} reads")
    assert [problems.strip() for _, problems in said] == ["{}"] * 8
    assert switches > 100 and all(int(reads) > 0 for reads, _ in said)


def test_what_was_replaced_stays_for_those_who_are_opening_it(tmp_path, monkeypatch):
    target = tmp_path / "customer_value.duckdb"
    unfinished = target.with_name(target.name + ".tmp")

    def publications():
        return sorted(path.read_text() for path in (tmp_path / "publications").glob("*/customer_value.duckdb"))

    for text in "ABC":
        unfinished.write_text(text)
        switch_file(unfinished, target)
    # A minute has not passed.
    assert target.is_symlink() and target.read_text() == "C" and publications() == ["A", "B", "C"]
    monkeypatch.setattr("customer_value.switch.SECONDS_TO_OPEN", -1)
    unfinished.write_text("D")
    switch_file(unfinished, target)
    assert target.read_text() == "D" and publications() == ["C", "D"]
    # The link is relative: the folder can be moved.
    moved = tmp_path.rename(tmp_path.with_name("moved"))
    assert (moved / target.name).read_text() == "D"
