"""A run that is interrupted, killed or cannot begin says so: on the terminal, in run_summary.json and to the webhook.

Signals come at marked moments, and at random ones as often as CUSTOMER_VALUE_TEST_KILLS says (5 by default).
"""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from conftest import Company
from test_nightly import copied
from test_torture import whole

from customer_value.lock import writer_lock
from customer_value.settings import PROJECT, SCHEMAS

KILLS = int(os.environ.get("CUSTOMER_VALUE_TEST_KILLS", 5))


class Started:
    """A run on its way, in a process group of its own, with what it has printed."""

    def __init__(self, company, *arguments):
        settings = company.settings
        paths = ["--raw", settings.raw, "--warehouse", settings.warehouse, "--published", settings.published]
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-m", "customer_value.cli", "run", "--verbose", *map(str, paths), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=PROJECT,
            start_new_session=True,
        )
        self.lines = []
        self.reader = threading.Thread(target=lambda: self.lines.extend(iter(self.process.stdout.readline, "")))
        self.reader.start()

    def wait_for(self, words, seconds=300):
        """Wait until it has printed some words."""
        until = time.monotonic() + seconds
        while not any(words in line for line in self.lines):
            assert time.monotonic() < until and self.process.poll() is None, "".join(self.lines)[-3000:]
            time.sleep(0.02)

    def ended(self):
        """Its exit code and its output."""
        code = self.process.wait(120)
        self.reader.join(30)
        return code, "".join(self.lines)


def builds_of(company):
    """The processes of dbt that build in a company's warehouse."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            variables = (process / "environ").read_bytes().split(b"\0")
            command = (process / "cmdline").read_bytes()
        except OSError:
            continue
        if b"dbt_process" in command and f"CUSTOMER_VALUE_WAREHOUSE={company.settings.warehouse}".encode() in variables:
            found.append(process.name)
    return found


def gone(company, seconds):
    """Whether the processes of a company's builds are gone within some seconds."""
    until = time.monotonic() + seconds
    while builds_of(company) and time.monotonic() < until:
        time.sleep(0.1)
    return not builds_of(company)


# The signal, to whom it goes, and after which words of the output it comes.
MOMENTS = {
    "Ctrl-C while the inputs are checked": (signal.SIGINT, os.killpg, "load: done"),
    "Ctrl-C in the build": (signal.SIGINT, os.killpg, "1 of "),
    "a scheduler ends the run in the build": (signal.SIGTERM, os.kill, "9 of "),
    "a closed terminal": (signal.SIGHUP, os.kill, "build: done"),
    "a scheduler ends the run in the check": (signal.SIGTERM, os.kill, "build: done"),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_interrupted_run_says_so(demo, tmp_path, webhook, moment):
    number, send, words = MOMENTS[moment]
    company = copied(demo, tmp_path / "home")
    before = (company.settings.published / "customer_value.duckdb").read_bytes()
    run = Started(company)
    run.wait_for(words)
    send(run.process.pid, number)
    code, output = run.ended()
    assert code == 128 + number, output[-3000:]
    assert gone(company, 2)
    name = signal.Signals(number).name
    last = output.splitlines()[-1]
    assert last.startswith(f"Customer Value: interrupted by {name}") and "Traceback" not in output
    summary = company.summary
    assert (summary["outcome"], summary["error"]) == ("interrupted", f"interrupted by {name}")
    assert webhook == [last]
    assert (company.settings.published / "customer_value.duckdb").read_bytes() == before
    with writer_lock(company.settings, "build"):
        pass


def test_a_company_that_was_never_published_is_not_said_to_be(demo, tmp_path, webhook):
    company = Company(tmp_path, demo.as_of)
    company.settings.raw.symlink_to(demo.settings.raw)
    run = Started(company)
    run.wait_for("1 of ")
    run.process.send_signal(signal.SIGINT)
    code, output = run.ended()
    assert code == 130 and not company.settings.published.exists()
    assert company.summary["outcome"] == "interrupted" and "The marts are in" not in output
    assert len(webhook) == 1 and "published, as of" not in webhook[0]


def test_a_run_that_waits_for_another_can_be_interrupted(demo, tmp_path, webhook):
    company = copied(demo, tmp_path / "home")
    with writer_lock(company.settings, "build"):
        run = Started(company, "--wait", "60")
        time.sleep(3)
        run.process.send_signal(signal.SIGTERM)
        code, _ = run.ended()
    assert code == 143 and company.summary["outcome"] == "interrupted" and len(webhook) == 1


def test_a_run_that_cannot_begin_has_failed(demo, tmp_path, webhook):
    """The warehouse is in use; the inputs are at fault: exit codes 3 and 2, and both are sent."""
    company = copied(demo, tmp_path / "home")
    with writer_lock(company.settings, "build"):
        code, _ = Started(company).ended()
    assert code == 3 and company.summary["outcome"] == "failed" and "is in use by process" in webhook[0]
    (company.settings.raw / "subscription_changes.parquet").unlink()
    code, output = Started(company).ended()
    assert code == 2 and company.summary["outcome"] == "failed" and "no such file" in webhook[1]
    assert "Traceback" not in output


def test_a_killed_run_is_not_outlived_and_not_said_to_be_published(demo, tmp_path, webhook):
    company = copied(demo, tmp_path / "home")
    run = Started(company)
    run.wait_for("5 of ")
    assert builds_of(company)
    run.process.kill()
    run.ended()
    assert gone(company, 5)
    assert company.summary["outcome"] == "running" and webhook == []
    (company.settings.raw / "subscription_changes.parquet").unlink()
    code, output = Started(company).ended()
    assert code == 2 and "did not end: it was killed" in output


def test_signals_at_random_moments(demo, tmp_path, webhook):
    """Whatever the moment: what is said is what readers see."""
    company = copied(demo, tmp_path / "home")
    file = company.settings.published / "customer_value.duckdb"
    rng = random.Random(os.environ.get("CUSTOMER_VALUE_TEST_SEED", "3"))
    started = time.monotonic()
    code, output = Started(company).ended()
    assert code == 0, output[-3000:]
    seconds = time.monotonic() - started
    for _ in range(KILLS):
        before, sent = file.stat().st_ino, len(webhook)
        number = rng.choice([signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
        run = Started(company)
        time.sleep(rng.uniform(1, seconds))
        run.process.send_signal(number)
        code, output = run.ended()
        outcome = company.summary["outcome"]
        assert "Traceback" not in output, output[-3000:]
        assert (outcome, code) in [("published", 0), ("interrupted", 128 + number)], output[-3000:]
        assert (outcome == "published") == (file.stat().st_ino != before)
        assert len(webhook) == sent + 1 and outcome in webhook[-1]
        assert whole(file) and gone(company, 2)


@pytest.mark.parametrize("name", [*SCHEMAS, "Marts", "temp", "memory", "pg_catalog", "my.company"])
def test_a_warehouse_whose_name_would_be_ambiguous_is_refused(tmp_path, name, capsys):
    from customer_value.cli import main

    assert main(["run", "--warehouse", str(tmp_path / f"{name}.duckdb"), "--raw", str(tmp_path)]) == 2
    message = capsys.readouterr().err
    assert f"{name}.duckdb: found" in message and "expected another" in message
    assert list(tmp_path.iterdir()) == []
