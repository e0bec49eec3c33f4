"""kill -9 and full disks: nothing is lost, the next run converges, readers never see half of anything.

As often as CUSTOMER_VALUE_TEST_KILLS says, 5 times by default; `make torture` kills more often.
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
from test_nightly import copied, marts_of

from customer_value.settings import PROJECT

KILLS = int(os.environ.get("CUSTOMER_VALUE_TEST_KILLS", 5))


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
        return len(counts) == 40 and all(
            connection.execute(f"select count(*) from p.marts.{mart}").fetchone()[0] == count for mart, count in counts
        )


def test_kills(demo, tmp_path):
    """Runs and single verbs are killed at random moments; a reader looks on all the while."""
    company = copied(demo, tmp_path / "home")
    expected = marts_of(company)
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
    found = marts_of(company)
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
    assert whole(file) and [path.name for path in (disk / "published").iterdir()] == ["customer_value.duckdb"]
    subprocess.run(["mount", "-o", "remount,size=500m", str(disk)], check=True)
    assert company.cli("publish").returncode == 0 and whole(file)


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
