"""What a run costs, beside the least that it must cost and beside other ways to the same answers.

For each size a demonstration company is written and, in turn, each in a process of its own: the whole `customer-value run` of an
empty warehouse, again with nothing changed, with other targets and with one new day; the smallest pass over the inputs, with and
without exact removal of repeated event ids; the compiled SQL alone on one connection; pandas, Polars and an SQL spine on the
revenue questions. Measured are CPU seconds, user and system, children included, and the peak memory of the largest process; each is the
median of the rounds. The answers are compared with ours, and every mart of an incremental run with the full build's.

Writes docs/benchmark.md and docs/images/benchmark.svg. Exit code 1 where marts differ.
"""

import argparse
import json
import os
import platform
import shlex
import shutil
import statistics
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from pathlib import Path

import duckdb
from page import write_page

from customer_value.compare import OF_PUBLICATIONS
from customer_value.contract import inputs
from customer_value.files import files_of, literal, quoted
from customer_value.generate import END
from customer_value.publish import FILE_NAME
from customer_value.settings import PROJECT

HERE = Path(__file__).parent
# Customers, and events of each in a month of service: 0.6, 10 and 104 million events in three years.
SIZES = {"S": (2_000, 25), "M": (20_000, 43), "L": (200_000, 43)}
MONTHS = 36
PEERS = ("pandas", "polars", "sql")
PEER_INPUTS = ("subscription_changes", "plans", "exchange_rates")
ANSWERS = ("customer_months", "mrr_movements", "mrr_monthly", "cohort_retention")
# A first build has no record of what readers saw before.
RECORDS = ["restatements", *OF_PUBLICATIONS]


def arguments():
    """The options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", nargs="*", choices=[[], *SIZES], help="S, M, L; S where none is named")
    parser.add_argument("--home", type=Path, default=PROJECT / "data" / "benchmark", help="folder to work in")
    parser.add_argument("--rounds", type=int, help="3 of S, 1 of others")
    parser.add_argument("--under", default="", help="command to run each process under, for example 'taskset -c 0,1'")
    parser.add_argument("--peers-python", default=PROJECT / ".venv-benchmark" / "bin" / "python", type=Path)
    return parser.parse_args()


def split(raw, home):
    """Split the inputs at the last nightly load: the folders `history`, `day` and `late`, the last two with all of the first.

    History is a file per month of load, as loaders leave it. `late` has what came of earlier days, too; `targets` is `day` with
    other targets. Returns the number of events.
    """
    before = f"coalesce(loaded_at < timestamp {literal(END)} - interval 12 hour, true)"
    new_day = f"occurred_at >= timestamp {literal(END)} - interval 1 day"
    with duckdb.connect() as connection:
        connection.execute("set threads = 2; set preserve_insertion_order = false; set memory_limit = '4GB'")
        for name in inputs():
            try:
                source = files_of(raw, name).relation()
            except (AttributeError, FileNotFoundError):
                continue
            for folder in ("history", "day", "late"):
                (home / folder / name).mkdir(parents=True)
            connection.execute(
                f"copy (select *, coalesce(strftime(loaded_at, '%Y%m'), 'none') as load_month from {source} where {before}) "
                f"to {literal(home / 'history' / name)} (format parquet, partition_by (load_month), overwrite_or_ignore)"
            )
            for folder in ("day", "late"):
                for number, file in enumerate((home / "history" / name).rglob("*.parquet")):
                    (home / folder / name / f"history_{number}.parquet").hardlink_to(file)
                rows = f"not {before}" + (f" and {new_day}" if (folder, name) == ("day", "usage_events") else "")
                connection.execute(
                    f"copy (from {source} where {rows}) to {literal(home / folder / name / 'last_load.parquet')} (format parquet)"
                )
        for file in (home / "day").rglob("*.parquet"):
            copy = home / "targets" / file.relative_to(home / "day")
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.hardlink_to(file)
        shutil.rmtree(home / "targets" / "targets")
        targets = files_of(home / "day", "targets").relation()
        connection.execute(
            f"copy (select * replace (target * 1.1 as target) from {targets}) to {literal(home / 'targets' / 'targets.parquet')}"
        )
        events = files_of(home / "day", "usage_events").relation()
        return connection.execute(f"select count(*) from {events}").fetchone()[0]


def measured(command, under, log):
    """Run a process to its end. Returns what it cost; ends the benchmark where it fails."""
    os.sync()
    load, started = os.getloadavg()[0], time.monotonic()
    with open(log, "w") as output:
        process = subprocess.Popen([*shlex.split(under), *map(str, command)], stdout=output, stderr=output, cwd=PROJECT)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{shlex.join(map(str, command))}: exit code {process.returncode}, see {log}")
    return {
        "cpu": usage.ru_utime + usage.ru_stime,
        "memory": usage.ru_maxrss / 1024,
        "wall": time.monotonic() - started,
        "load": load,
    }


def differing(one, other):
    """The marts of two publications that are not alike, cell by cell."""
    with duckdb.connect() as connection:
        for name, folder in (("one", one), ("other", other)):
            connection.execute(f"attach {literal(folder / 'published' / FILE_NAME)} as {name} (read_only)")
        marts = connection.execute(
            "select distinct table_name from duckdb_tables() where schema_name = 'marts' and not list_contains(?, table_name) order by all",
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


def write_peer_inputs(warehouse, folder):
    """Write what peers read: the raw rows, repeated and corrected ones too, but those that the project rejects."""
    folder.mkdir(parents=True)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for name in PEER_INPUTS:
            columns = ", ".join(quoted(row[0]) for row in connection.execute(f"describe raw.{name}").fetchall())
            connection.execute(
                f"copy (select {columns} from staging.base_{name} where reject_reason is null) "
                f"to {literal(folder / f'{name}.parquet')}"
            )


# Each returns the peer's number and ours.
QUESTIONS = {
    "customer-months with MRR": """
        select count(*) filter (mrr > 0), (select count(*) from marts.customer_months where mrr_amount > 0)
        from {peer}/customer_months.parquet'""",
    "of them with another MRR": """
        select count(*), 0 from {peer}/customer_months.parquet' p
        full join marts.customer_months m on p.customer_id = m.customer_id and p.month = m.activity_month
        where abs(coalesce(p.mrr, 0) - coalesce(m.mrr_amount, 0)) > 0.005""",
    "of them under a discount that ends": """
        select count(*), 0 from {peer}/customer_months.parquet' p
        join marts.customer_months m on p.customer_id = m.customer_id and p.month = m.activity_month
        where abs(p.mrr - m.mrr_amount) > 0.005 and p.customer_id in (
            select customer_id from staging.stg_subscription_changes where discount_ends_at is not null)""",
    "MRR of the last complete month": """
        select sum(mrr), (select closing_mrr_amount from marts.mrr_monthly where activity_month = {month})
        from {peer}/customer_months.parquet' where month = {month}""",
    "largest difference of MRR in a month, share": """
        select max(abs(p.mrr / m.closing_mrr_amount - 1)), 0 from marts.mrr_monthly m join (
            select month, sum(mrr) as mrr from {peer}/customer_months.parquet' group by all
        ) p on p.month = m.activity_month where m.closing_mrr_amount > 0""",
    **{
        f"{movement} MRR, all months": f"""
            select sum(amount) filter (movement = '{movement}'),
                (select sum(movement_amount) from marts.mrr_movements where movement_type = '{movement}')
            from {{peer}}/customer_months.parquet'"""
        for movement in ("new", "expansion", "contraction", "churn", "reactivation")
    },
    "pause and resume MRR, all months": """
        select 0, sum(movement_amount) from marts.mrr_movements where movement_type in ('pause', 'resume')""",
    "revaluation, all months": """
        select sum(fx), (select sum(movement_amount) from marts.mrr_movements where movement_type = 'fx')
        from {peer}/customer_months.parquet'""",
    "cohort cells with another number of customers": """
        select count(*), 0 from marts.cohort_retention m
        full join {peer}/cohorts.parquet' p on p.cohort = m.cohort_month and p.age = m.months_since_cohort
        where coalesce(m.cohort_dimension, 'all') = 'all'
            and coalesce(p.customers, 0) <> coalesce(m.active_customer_count, 0)""",
    "12-month NRR of the last complete month": """
        select nrr, (select nrr_12m_rate from marts.mrr_monthly where activity_month = {month})
        from {peer}/retention.parquet' where month = {month}""",
    "12-month GRR of the last complete month": """
        select grr, (select grr_12m_rate from marts.mrr_monthly where activity_month = {month})
        from {peer}/retention.parquet' where month = {month}""",
    "future LTV of paying customers": """
        select sum(ltv), (select sum(expected_future_ltv_amount) from marts.customer_ltv l
            where is_active and customer_id in (select customer_id from {peer}/ltv.parquet'))
        from {peer}/ltv.parquet'""",
}


def compared(warehouse, folder):
    """The answers of each peer and ours: question -> name -> number."""
    answers = {}
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        month = connection.execute(
            "select max(activity_month) from marts.mrr_monthly where not is_partial_month"
        ).fetchone()[0]
        for question, sql in QUESTIONS.items():
            for peer in PEERS:
                row = connection.execute(
                    sql.format(peer=f"'{folder / peer}", month=f"date {literal(month)}")
                ).fetchone() or (None, None)
                theirs, ours = (None if value is None else float(value) for value in row)
                answers.setdefault(question, {"ours": ours})[peer] = theirs
    return answers


def ancestors(manifest, names):
    """The models that some marts need, themselves included."""
    nodes = json.loads(manifest.read_text())["nodes"]
    found, open_keys = set(), [key for key in nodes if nodes[key]["name"] in names]
    while open_keys:
        key = open_keys.pop()
        if key in nodes and nodes[key]["resource_type"] == "model" and nodes[key]["name"] not in found:
            found.add(nodes[key]["name"])
            open_keys += nodes[key]["depends_on"]["nodes"]
    return found


class Benchmark:
    """One company, from its inputs to what each process cost."""

    def __init__(self, size, options):
        self.size, self.options = size, options
        self.home = options.home / size
        self.costs, self.models, self.differing, self.answers = {}, {}, {}, {}

    def measure(self, name, command):
        """Measure a process under a name."""
        cost = measured(command, self.options.under, self.home / "log.txt")
        self.costs.setdefault(name, []).append(cost)
        print(
            f"{self.size} {name:14} {cost['cpu']:8.1f} CPU s {cost['memory']:7.0f} MB {cost['wall']:8.1f} s, "
            f"load {cost['load']:.1f}",
            flush=True,
        )

    def run(self, name, raw, folder):
        """Measure `customer-value run` on some inputs in a folder."""
        paths = ["--warehouse", folder / "warehouse.duckdb", "--published", folder / "published"]
        self.measure(
            name, [sys.executable, "-m", "customer_value.cli", "run", "--raw", self.home / raw, *map(str, paths)]
        )

    def write_company(self):
        """Write the company, split by its last load."""
        shutil.rmtree(self.home, ignore_errors=True)
        customers, events = SIZES[self.size]
        command = [sys.executable, "-m", "customer_value.cli", "generate", "--raw", self.home / "raw"]
        command += ["--customers", customers, "--months", MONTHS, "--events-per-customer-month", events]
        subprocess.run(list(map(str, command)), check=True, stdout=subprocess.DEVNULL, cwd=PROJECT)
        # In a process of its own: memory that this one has taken would count as its children's.
        with ProcessPoolExecutor(1) as pool:
            self.event_count = pool.submit(split, self.home / "raw", self.home).result()
        shutil.rmtree(self.home / "raw")
        print(f"{self.size}: {customers:,} customers, {self.event_count:,} events", flush=True)

    def take_round(self, is_first):
        """Measure everything once, in turn."""
        home = self.home
        full, built, history = home / "full", home / "built", home / "built_history"
        if is_first:
            # A nightly run follows in place: dbt reads the whole project again where the warehouse has moved.
            self.run("history", "history", built)
            built.rename(history)
        self.measure("limit", [sys.executable, HERE / "engine.py", "limit", home / "day", END])
        self.measure("deduped limit", [sys.executable, HERE / "engine.py", "deduped", home / "day", END])
        shutil.rmtree(full, ignore_errors=True)
        self.run("full", "day", full)
        manifest, warehouse = home / "manifest.json", full / "warehouse.duckdb"
        shutil.copy(full / "target" / "manifest.json", manifest)
        if is_first:
            shutil.rmtree(home / "peers", ignore_errors=True)
            write_peer_inputs(warehouse, home / "peers" / "inputs")
        for peer in PEERS:
            (home / "peers" / peer).mkdir(exist_ok=True)
            peer_inputs = [home / "peers" / "inputs", str(END)[:10], home / "peers" / peer]
            self.measure(peer, [self.options.peers_python, HERE / "peers.py", peer, *peer_inputs])
        (home / "bare").mkdir(exist_ok=True)
        shutil.copy(warehouse, home / "bare")
        times = home / "times.json"
        self.measure(
            "models", [sys.executable, HERE / "engine.py", "models", manifest, home / "bare" / warehouse.name, times]
        )
        shutil.rmtree(home / "bare")
        seconds = json.loads(times.read_text())
        for name, value in seconds.items():
            self.models.setdefault(name, []).append(value)
        answering = ancestors(manifest, ANSWERS)
        valuing = ancestors(manifest, [*ANSWERS, "customer_ltv"])
        for name, names in (("revenue", answering), ("revenue and LTV", valuing)):
            self.costs.setdefault(name, []).append(
                {"cpu": sum(seconds.get(one, 0) for one in names), "memory": None, "count": len(names)}
            )
        if is_first:
            self.answers = compared(warehouse, home / "peers")
            self.customer_months = int(self.answers["customer-months with MRR"]["ours"])
        self.run("unchanged", "day", full)
        for raw in ("targets", "day"):
            self.run("targets", raw, full)
        # Late rows take another full run, which is an hour of L.
        for name in ("day", "late") if is_first and self.size != "L" else ("day",):
            shutil.copytree(history, built)
            self.run(name, name, built)
            if name == "late":
                shutil.rmtree(full)
                self.run("full", name, full)
            self.differing[name] = differing(built, full)
            print(f"{self.size} {name}: marts that differ: {', '.join(self.differing[name]) or 'none'}", flush=True)
            shutil.rmtree(built)

    def results(self):
        """Medians, as the page shows them."""
        return {
            "customers": SIZES[self.size][0],
            "events": self.event_count,
            "customer_months": self.customer_months,
            "rounds": len(self.costs["limit"]),
            "costs": {
                name: {
                    what: statistics.median(cost[what] for cost in costs)
                    for what in ("cpu", "memory")
                    if costs[0][what] is not None
                }
                | {"count": costs[0].get("count")}
                for name, costs in self.costs.items()
            },
            "loads": [cost["load"] for costs in self.costs.values() for cost in costs if "load" in cost],
            "models": {name: statistics.median(values) for name, values in self.models.items()},
            "answers": self.answers,
            "differing": self.differing,
        }


def machine():
    """What it was measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cores": os.cpu_count(),
        "memory": round(memory),
        "system": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "versions": {name: version(name) for name in ("duckdb", "dbt-core", "dbt-duckdb")},
    }


def main():
    """Run the benchmark and write the page. Returns the exit code."""
    options = arguments()
    options.home = options.home.resolve()
    file = options.home / "results.json"
    # Sizes that were measured on an earlier day, of the same machine and project, stay on the page.
    kept = json.loads(file.read_text()) if file.exists() else {}
    failed = False
    for size in options.sizes or ["S"]:
        benchmark = Benchmark(size, options)
        benchmark.write_company()
        for number in range(options.rounds or (3 if size == "S" else 1)):
            benchmark.take_round(number == 0)
        kept[size] = benchmark.results()
        file.write_text(json.dumps(kept, indent=1))
        failed |= any(benchmark.differing.values())
        shutil.rmtree(benchmark.home)
    write_page({size: kept[size] for size in SIZES if size in kept}, machine(), HERE / "requirements.in", RECORDS)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
