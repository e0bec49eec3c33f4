"""What a scheduler needs: nights that add up, one writer at a time, publications that readers can trust."""

import os
import signal
import subprocess
import sys
import threading
import time

import duckdb
import pytest
from conftest import MARTS, OF_PUBLICATIONS, Company, comparable

from customer_value.build import BUILD, started
from customer_value.contract import inputs
from customer_value.errors import InputError
from customer_value.lock import writer_lock
from customer_value.publish import publish
from customer_value.settings import Settings
from customer_value.summary import anomalies_of, failures_of

MODELS_ONLY = ["build", "--exclude-resource-type", "unit_test", "test"]


def copied(company, folder):
    """A company of its own, with what is built and published of another one."""
    subprocess.run(["cp", "-r", "--reflink=auto", company.home, folder], check=True)
    return Company(folder, company.as_of)


def marts_of(company):
    """Every mart of the warehouse, cell by cell: name -> sorted rows."""
    with duckdb.connect(str(company.settings.warehouse), read_only=True) as connection:
        marts = connection.execute(
            "select distinct table_name from duckdb_columns() where schema_name = 'marts'"
        ).fetchall()
        return {mart: sorted(connection.execute(f"from marts.{mart}").fetchall(), key=repr) for (mart,) in marts}


class Nights:
    """A company whose inputs arrive night by night, with all that comes late, twice or corrected."""

    def __init__(self, home):
        self.company = Company(home / "nightly", "")
        whole = home / "whole"
        generated = subprocess.run(
            [sys.executable, "-m", "customer_value.cli", "generate", "--raw", str(whole)]
            + "--customers 60 --months 15 --seed 11 --events-per-customer-month 12".split(),
            capture_output=True,
            text=True,
        )
        assert generated.returncode == 0, generated.stderr
        self.connection = duckdb.connect()
        for contract in inputs().values():
            path = whole / contract.name
            files = path / "*.parquet" if path.is_dir() else path.with_suffix(".parquet")
            self.connection.execute(
                f"create table {contract.name} as from read_parquet('{files}', union_by_name = true) where loaded_at is not null"
            )
        # Events that are corrected weeks later: to another day, another customer.
        self.connection.execute(
            "insert into usage_events select * replace (occurred_at - interval 3 day as occurred_at, 'export' as feature, "
            "loaded_at + interval 25 day as loaded_at) from usage_events where hash(event_id) % 40 = 1"
        )
        self.connection.execute(
            "insert into usage_events select * replace ('c7' as customer_id, null as user_id, "
            "loaded_at + interval 40 day as loaded_at) from usage_events where hash(event_id) % 40 = 2"
        )
        # An account that is entered weeks after it was used, a merge that comes months later, a plan that is known late.
        self.connection.execute(
            "update customers set loaded_at = loaded_at + interval 50 day where customer_id in ('c5', 'c9')"
        )
        self.connection.execute(
            "insert into customers select * replace ('c11' as merged_into_customer_id, loaded_at + interval 150 day as loaded_at) "
            "from customers where customer_id = 'c10'"
        )
        # Bills and terms that are corrected, answers that come late.
        self.connection.execute(
            "insert into subscription_changes select * replace (quantity + 1 as quantity, loaded_at + interval 60 day as loaded_at) "
            "from subscription_changes where hash(subscription_id, changed_at) % 15 = 1"
        )
        self.connection.execute(
            "update nps_responses set loaded_at = loaded_at + interval 45 day where hash(response_id) % 10 = 1"
        )

    def arrive(self, night):
        """Deliver what had been loaded by the end of a night."""
        self.company.settings.raw.mkdir(parents=True, exist_ok=True)
        for contract in inputs().values():
            self.connection.execute(
                f"copy (from {contract.name} where loaded_at < timestamp '{night}' + interval 1 day) "
                f"to '{self.company.settings.raw / contract.name}.parquet' (format parquet)"
            )

    def build(self, *arguments):
        finished = self.company.dbt(*MODELS_ONLY, *arguments)
        assert finished.returncode == 0, finished.stdout[-3000:]
        return finished.stdout


@pytest.fixture(scope="module")
def nights(tmp_path_factory):
    """A year of nights, some of them built, the last one twice: as it came, and in full."""
    nights = Nights(tmp_path_factory.mktemp("nights"))
    for night in (
        "2025-10-18",
        "2025-12-01",
        "2025-12-02",
        "2026-02-28",
        "2026-06-10",
        "2026-09-30",
        "2026-10-17",
        "2026-10-18",
    ):
        nights.arrive(night)
        nights.build()
    return nights


@pytest.mark.nightly
def test_nights_add_up_to_a_full_build(nights, tmp_path):
    nightly = comparable(marts_of(nights.company))
    full = copied(nights.company, tmp_path / "full")
    finished = full.dbt(*MODELS_ONLY, "--full-refresh")
    assert finished.returncode == 0, finished.stdout[-3000:]
    rebuilt = comparable(marts_of(full))
    assert nightly.keys() == rebuilt.keys() == MARTS - set(OF_PUBLICATIONS)
    assert [mart for mart in nightly if nightly[mart] != rebuilt[mart]] == []
    assert len(nightly["customer_health_months"]) > 100


@pytest.mark.nightly
def test_months_that_were_known_are_restated_with_a_cause(nights):
    """No row of the memory is lost to a night or to a full build, and what came later is named."""
    with duckdb.connect(str(nights.company.settings.warehouse), read_only=True) as connection:
        causes = dict(
            connection.execute("select restatement_cause, count(*) from marts.restatements group by 1").fetchall()
        )
        (known,) = connection.execute(
            "select count(*) from history.first_known_metrics where known_date = date '2025-10-18'"
        ).fetchone()
        (wrong,) = connection.execute(
            """
            select count(*) from marts.restatements r join marts.mrr_monthly m using (activity_month)
            where r.metric_name = 'closing_mrr_amount' and r.current_value <> m.closing_mrr_amount
            """
        ).fetchone()
    assert {"late_rows", "corrected_rows"} & causes.keys() or "late_and_corrected_rows" in causes
    assert known > 0 and wrong == 0


@pytest.mark.nightly
def test_only_what_changed_is_derived_again(nights):
    """A night that brings nothing builds no day anew; another definition builds them all."""
    query = (
        "select count(distinct activity_date), max(build_number), max(full_build_id) from intermediate.int_usage_days"
    )

    def state():
        with duckdb.connect(str(nights.company.settings.warehouse), read_only=True) as connection:
            return connection.execute(query).fetchone()

    before = state()
    nights.build("--select", "+int_feature_adoption_months")
    assert state() == before
    said = nights.build("--select", "+int_feature_adoption_months", "--vars", "{usage_window_days: 21}")
    assert "int_usage_days: its definition has changed, it is rebuilt in full." in said
    days, number, full_build = state()
    assert (days, number) == (before[0], 1) and full_build != before[2]


def test_vars_of_incremental_models_are_watched():
    """Each var that staging or an incremental model reads is part of the definition, but for those of the day."""
    import re

    from customer_value.settings import PROJECT

    macros = "".join(
        path.read_text() for path in (PROJECT / "macros").rglob("*.sql") if path.stem in ("earliest_at", "raw")
    )
    models = [
        "int_usage_days",
        "int_usage_customer_days",
        "int_usage_months",
        "int_feature_adoption_months",
        "int_usage_windows",
    ]
    sql = macros + (PROJECT / "models/staging/base/base_rejected_usage_events.sql").read_text()
    sql += "".join(next((PROJECT / "models").rglob(f"{model}.sql")).read_text() for model in models)
    watched = re.search(r"for name in \[([^\]]+)\]", (PROJECT / "macros/build_metadata.sql").read_text()).group(1)
    assert set(re.findall(r"var\(['\"](\w+)", sql)) <= set(re.findall(r"'(\w+)'", watched))


def test_a_second_run_is_told_who_builds(demo, tmp_path):
    company = copied(demo, tmp_path / "home")
    with writer_lock(company.settings, "build"):
        started = time.monotonic()
        refused = company.cli("publish")
        assert refused.returncode == 3 and time.monotonic() - started < 20
        assert f"process {os.getpid()} (build, since" in refused.stderr and "--wait" in refused.stderr
        assert company.cli("publish", "--wait", "0.5").returncode == 3
    assert company.cli("publish", "--wait", "5").returncode == 0


def test_a_killed_run_leaves_no_lock(demo, tmp_path):
    company = copied(demo, tmp_path / "home")
    code = (
        "import sys, time; from customer_value.lock import writer_lock; from customer_value.settings import Settings\n"
        f"with writer_lock(Settings.of(warehouse={str(company.settings.warehouse)!r}), 'build'): print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert holder.stdout.readline() == "held\n"
    assert company.cli("publish").returncode == 3
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert company.cli("publish").returncode == 0


def test_a_build_that_was_begun_waits_to_be_let_in(demo, tmp_path):
    settings = Settings.of(demo.settings.raw, tmp_path / "warehouse.duckdb", tmp_path / "published", demo.as_of)
    with started(settings, *BUILD) as process:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(8)
        os.dup2(os.open(os.devnull, os.O_WRONLY), process.lifeline)  # as when who began it is gone
        assert process.wait(30) == 1
    assert not settings.warehouse.exists()


def test_a_build_that_was_begun_ends_with_a_run_that_finds_fault(tmp_path):
    company = Company(tmp_path, "")
    company.settings.raw.mkdir()
    refused = company.cli("run")
    assert refused.returncode == 2 and "found no such file" in refused.stderr
    with writer_lock(company.settings, "build"):
        pass
    assert not company.settings.warehouse.exists()


def test_a_table_that_cannot_be_made_stays_as_it_was(demo, tmp_path):
    company = copied(demo, tmp_path / "home")
    with duckdb.connect(str(company.settings.warehouse)) as connection:
        before = connection.execute("from marts.mrr_monthly order by all").fetchall()
        connection.execute("drop table intermediate.int_mrr_months")
        connection.execute("drop table marts.subscriptions")
        connection.execute("create view marts.subscriptions as select 1 as was_a_view")
    failed = company.dbt("run", "--select", "mrr_monthly", "subscriptions")
    assert failed.returncode == 1 and "int_mrr_months does not exist" in failed.stdout
    with duckdb.connect(str(company.settings.warehouse), read_only=True) as connection:
        assert before == connection.execute("from marts.mrr_monthly order by all").fetchall()
        # What was a view is a table now.
        assert connection.execute("select count(*) from marts.subscriptions").fetchone()[0] > 1
        tables = connection.execute(
            "select table_name from duckdb_tables() where table_name like '%\\_\\_dbt\\_%' escape '\\'"
        )
        assert tables.fetchall() == []


def test_a_publication_says_what_it_is(demo):
    (row,) = demo.rows("from main.publication")
    build_id, published_at, as_of_date, currency, newest, version, tests, held, expectations, *more = row
    exceeds, withheld_count, mart_count, row_count = more
    assert (currency, exceeds, withheld_count) == ("USD", False, 0)
    assert tests > 200 and 50 < held <= expectations
    assert len(build_id) == 36 and published_at.year >= 2025 and version == "0.1.0"
    assert demo.rows("select distinct as_of_date from marts.customers") == [(as_of_date,)]
    assert demo.rows("select max(newest_loaded_at) from marts.input_reconciliation") == [(newest,)]
    counts = dict(demo.rows("select mart_name, row_count from main.publication_marts"))
    held = demo.rows("select distinct status, as_of_date, build_id, reason from main.publication_marts")
    assert held == [("published", as_of_date, build_id, None)]
    assert (len(counts), sum(counts.values())) == (mart_count, row_count)
    assert all(demo.rows(f"select count(*) from marts.{mart}") == [(count,)] for mart, count in counts.items())


@pytest.mark.nightly
def test_what_did_not_pass_is_not_published(demo, tmp_path):
    company = copied(demo, tmp_path / "home")
    file = company.settings.published / "customer_value.duckdb"
    before = file.read_bytes()
    # A build of a part is no build.
    assert company.dbt("build", "--select", "run_settings").returncode == 0
    refused = company.cli("publish")
    assert refused.returncode == 1 and "did not pass, or built a part only" in refused.stderr
    # A build that nobody has checked is not published either.
    assert company.cli("build").returncode == 0
    refused = company.cli("publish")
    assert refused.returncode == 1 and "Run check first" in refused.stderr
    assert file.read_bytes() == before
    assert company.cli("check").returncode == 0 and company.cli("publish").returncode == 0
    assert file.read_bytes() != before


def test_a_failed_run_is_told_to_the_webhook(demo, tmp_path, webhook):
    """Inputs without subscriptions stop the run; who is to know is told, and the address is not printed."""
    company = copied(demo, tmp_path / "home")
    before = (company.settings.published / "customer_value.duckdb").read_bytes()
    with duckdb.connect() as connection:
        changes = company.settings.raw / "subscription_changes.parquet"
        connection.execute(f"create table changes as from '{changes}'")
        connection.execute("delete from changes")
        connection.execute(f"copy changes to '{changes}' (format parquet)")
    finished = company.cli("run")
    assert finished.returncode == 1, finished.stdout[-3000:]
    assert company.summary["outcome"] == "failed" and "critical" in company.summary["error"]
    assert "failed" in webhook[0] and "secret" not in finished.stdout + finished.stderr
    assert (company.settings.published / "customer_value.duckdb").read_bytes() == before


def test_a_failed_test_is_told_with_its_rows(demo, tmp_path):
    company = copied(demo, tmp_path / "home")
    with duckdb.connect(str(company.settings.warehouse)) as connection:
        connection.execute("update marts.mrr_monthly set churn_mrr_amount = 5 where rowid = 0")
    company.dbt("test", "--select", "mrr_monthly", "--exclude-resource-type", "unit_test")
    (failure,) = [each for each in failures_of(company.settings) if each["rule"] == "churn_is_a_loss"]
    assert failure["model"] == "mrr_monthly" and failure["row_count"] == 1
    (row,) = failure["rows"]
    assert (
        failure["text"]
        == f"mrr_monthly: churn_is_a_loss: 1 row, for example (activity_month = {row['activity_month']})"
    )


def test_what_is_odd_is_said():
    """A third of the rows, half as much again of MRR, an input that has not come for a month: a warning each."""
    import datetime

    def levels(day, mrr, rows, newest):
        return {
            "as_of_date": datetime.date(2026, 3, day),
            "mrr_amount": mrr,
            "inputs": [{"input_name": "usage_events", "raw_row_count": rows, "newest_loaded_at": newest}],
        }

    fresh, stale = datetime.datetime(2026, 3, 9), datetime.datetime(2026, 2, 9)
    earlier = [levels(9, 100, 3000, fresh), levels(8, 100, 2000, fresh), levels(7, 100, 1000, fresh)]
    assert anomalies_of(levels(10, 119, 3900, fresh), earlier) == []
    assert anomalies_of(levels(10, 150, 3100, stale), earlier) == [
        "usage_events: its newest row is of 2026-02-09, older than 2 days",
        "usage_events: 100 new rows where 1,000 are usual",
        "MRR went from 100 to 150 since the last publication",
    ]
    assert anomalies_of(levels(10, 100, 2900, fresh), earlier)[0] == (
        "usage_events: 100 rows fewer than in the last publication"
    )
    assert anomalies_of(levels(10, 100, 10, fresh), []) == []


def test_a_strict_run_stops_at_what_is_odd(demo, tmp_path):
    company = copied(demo, tmp_path / "home")
    with duckdb.connect(str(company.settings.warehouse)) as connection:
        connection.execute(
            "update marts.input_reconciliation set raw_row_count = raw_row_count - 1 where input_name = 'users'"
        )
    assert company.cli("check").returncode == 0
    stopped = company.cli("check", "--strict")
    assert stopped.returncode == 1 and "users: 1 rows fewer than in the last publication" in stopped.stdout


@pytest.mark.nightly
def test_readers_see_one_publication_at_a_time(golden, tmp_path):
    """Readers poll while publications replace each other: no error, no mixture, none going back."""
    company = copied(golden, tmp_path / "home")
    file = company.settings.published / "customer_value.duckdb"
    done, problems, reads = threading.Event(), [], {}
    reader = """
import duckdb, sys
newest, reads = None, 0
for line in sys.stdin:
    with duckdb.connect() as c:
        c.execute(f"attach '{sys.argv[1]}' as p (read_only)")
        at, total = c.execute("select published_at, mart_row_count from p.main.publication").fetchone()
        counts = c.execute("select mart_name, row_count from p.main.publication_marts").fetchall()
        found = sum(c.execute(f"select count(*) from p.marts.{m}").fetchone()[0] for m, _ in counts)
    assert found == total == sum(n for _, n in counts), "mixed"
    assert newest is None or at >= newest, "went back"
    newest, reads = at, reads + 1
    print(reads, flush=True)
"""
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", reader, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(int(os.environ.get("CUSTOMER_VALUE_TEST_READERS", 4)))
    ]

    def poll(process):
        while not done.is_set():
            process.stdin.write("read\n")
            process.stdin.flush()
            if not process.stdout.readline():
                problems.append(process)
                return
            reads[process.pid] = reads.get(process.pid, 0) + 1

    threads = [threading.Thread(target=poll, args=[process]) for process in readers]
    for thread in threads:
        thread.start()
    for _ in range(int(os.environ.get("CUSTOMER_VALUE_TEST_PUBLICATIONS", 8))):
        publish(company.settings)
    done.set()
    for thread in threads:
        thread.join()
    for process in readers:
        process.stdin.close()
        assert process.wait() == 0
    assert not problems
    # Each has read, again and again.
    assert len(reads) == len(readers) and min(reads.values()) > 1, reads
    kept = sorted(path.name for path in (company.settings.published / "previous").iterdir())
    assert len(kept) == 3


def test_publications_are_kept_as_asked(demo, tmp_path, monkeypatch):
    company = copied(demo, tmp_path / "home")
    published = company.settings.published
    monkeypatch.setenv("CUSTOMER_VALUE_KEEP_PUBLICATIONS", "0")
    publish(company.settings)
    assert not (published / "previous").exists()
    monkeypatch.setenv("CUSTOMER_VALUE_KEEP_PUBLICATIONS", "many")
    with pytest.raises(InputError, match=r"CUSTOMER_VALUE_KEEP_PUBLICATIONS.*'many' is not a valid integer"):
        company.settings  # noqa: B018 - reading the settings is what fails
