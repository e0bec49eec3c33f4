"""make mutate: change models a little, one change at a time, and see whether a test fails.

A sample of all small changes (sites.py) is drawn by a seed. Their places are marked by comments in a copy of the project,
which dbt builds once, with every test: a small company's warehouse, and the SQL of each model, unit test and data test.
After that no dbt is needed. A mutant dies

1. where a unit test of its model returns other rows than without the change,
2. where a data test (rule, key, reconciliation) finds a row after the model and what depends on it were rebuilt in that
   warehouse, in a transaction that is rolled back,
3. where its SQL fails as it runs, or takes far longer than it did.

A mutant whose SQL is not valid, or stands in a branch that dbt does not render here (another engine's, an incremental run's
without a unit test), is not counted. Survivors are listed with file and line. Those of which it is known that no data can
tell them from the model stand with a reason in equal.yml, and are not counted either.
"""

import argparse
import contextlib
import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from hashlib import sha256
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "python"))

import duckdb
import yaml
from copies import project_copy
from sites import Site, marked, mutated, sites

PROJECT = Path(__file__).resolve().parents[2]

COMPANY = "--customers 300 --months 20 --seed 7 --events-per-customer-month 10".split()
SECONDS = 60
ENGINE_FAULTS = (duckdb.FatalException, duckdb.InternalException)


def all_sites(home, folders):
    """Every small change of every model: (path, site), in order. Files that were read before are remembered."""
    memory_file = home / "sites.json"
    memory = json.loads(memory_file.read_text()) if memory_file.exists() else {}
    code = (Path(__file__).parent / "sites.py").read_bytes()
    found, known = [], {}
    for path in sorted((PROJECT / "models").rglob("*.sql")):
        name = path.relative_to(PROJECT).as_posix()
        key = sha256(code + path.read_bytes()).hexdigest()
        known[key] = memory.get(key) or [list(vars(site).values()) for site in sites(path.read_text())]
        if not folders or any(folder in name for folder in folders):
            found += [(name, Site(*values)) for values in known[key]]
    memory_file.write_text(json.dumps(known))
    return found


def drawn(found, seed, count):
    """As many changes as asked for and some to spare, for those that turn out not to be valid."""
    order = random.Random(seed).sample(found, min(len(found), count + count // 2 + 20))
    return dict(enumerate(order))


def environment(home):
    return os.environ | {
        "CUSTOMER_VALUE_RAW": str(home / "raw"),
        "CUSTOMER_VALUE_WAREHOUSE": str(home / "warehouse.duckdb"),
        "DBT_PROJECT_DIR": str(home / "project"),
        "DBT_PROFILES_DIR": str(home / "project"),
        "DBT_TARGET_PATH": str(home / "target"),
        "DBT_LOG_PATH": str(home / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "PYTHONPATH": str(PROJECT),
    }


def write_project(home, mutants):
    """Copy the project, with the places of mutants marked."""
    shutil.rmtree(home / "project", ignore_errors=True)
    project_copy(home / "project")
    numbered = defaultdict(list)
    for number, (name, site) in mutants.items():
        numbered[name].append((number, site))
    for name, places in numbered.items():
        (home / "project" / name).write_text(marked((PROJECT / name).read_text(), places))


def fingerprint():
    """What the small company's warehouse depends on."""
    paths = [PROJECT / "dbt_project.yml"]
    paths += sorted(
        path for part in ("models", "macros", "seeds", "customer_value") for path in (PROJECT / part).rglob("*.*")
    )
    contents = (path.read_bytes() for path in paths if path.suffix in (".sql", ".yml", ".csv", ".py"))
    return sha256(b"".join(contents)).hexdigest()


def dbt(home, *arguments):
    """Run dbt on the marked project: what it compiled, by node."""
    command = [str(Path(sys.executable).with_name("dbt")), "--no-use-colors", *arguments]
    finished = subprocess.run(command, env=environment(home), cwd=home / "project", capture_output=True, text=True)
    if finished.returncode:
        sys.exit(finished.stdout[-4000:] + "\nThe tests must pass before mutants can fail them.")
    results = json.loads((home / "target" / "run_results.json").read_text())["results"]
    return {result["unique_id"]: result.get("compiled_code") for result in results}


def prepare(home, mutants):
    """Build the small company with the marked models; what dbt made of them.

    Where nothing but tests has changed since it was built, it stays, and dbt only compiles.
    """
    write_project(home, mutants)
    mark, now = home / "fingerprint", fingerprint()
    if mark.exists() and mark.read_text() == now and (home / "warehouse.duckdb").exists():
        sql = dbt(home, "compile")
        tests = json.loads((home / "target" / "manifest.json").read_text())["unit_tests"].values()
        names = {Path(name).stem for name, _ in mutants.values()} & {test["model"] for test in tests}
        selection = [f"{name},test_type:unit" for name in sorted(names)] if len(names) < 60 else ["test_type:unit"]
        return Project(home, sql | (dbt(home, "test", "--select", *selection) if selection else {}))
    for leftover in [mark, *home.glob("warehouse.duckdb*")]:
        leftover.unlink(missing_ok=True)
    for leftover in ("raw", "target"):
        shutil.rmtree(home / leftover, ignore_errors=True)
    command = [sys.executable, "-m", "customer_value.cli", "generate", "--raw", str(home / "raw"), *COMPANY]
    subprocess.run(command, check=True, env=environment(home), cwd=PROJECT, stdout=subprocess.DEVNULL)
    project = Project(home, dbt(home, "build"))
    mark.write_text(now)
    return project


class Project:
    """What dbt built: models in order, their SQL, and the tests that reach them."""

    def __init__(self, home, sql):
        manifest = json.loads((home / "target" / "manifest.json").read_text())
        self.warehouse, self.sql = home / "warehouse.duckdb", sql
        nodes = manifest["nodes"]
        self.models, self.relations, self.parents, self.is_view, self.of_file = [], {}, {}, {}, {}
        waiting = {key: node for key, node in nodes.items() if node["resource_type"] == "model" and self.sql.get(key)}
        while waiting:
            for key, node in list(waiting.items()):
                if not any(parent in waiting for parent in node["depends_on"]["nodes"]):
                    self.models.append(key)
                    self.relations[key] = node["relation_name"]
                    self.parents[key] = set(node["depends_on"]["nodes"])
                    self.is_view[key] = node["config"]["materialized"] == "view"
                    self.of_file[node["original_file_path"]] = key
                    del waiting[key]
        # What remembers earlier builds is not rebuilt.
        self.kept = {key for key in self.models if nodes[key]["config"].get("full_refresh") is False}
        self.data_tests = {
            key: {node for node in nodes[key]["depends_on"]["nodes"] if node in self.relations}
            for key in self.sql
            if key.startswith("test.") and self.sql[key] and nodes[key]["config"]["severity"].lower() == "error"
        }
        self.unit_tests = defaultdict(list)
        for key, test in manifest["unit_tests"].items():
            rows = test["expect"]["rows"]
            if self.sql.get(key):
                columns = list(rows[0]) if isinstance(rows, list) and rows else None
                self.unit_tests[test["depends_on"]["nodes"][0]].append((key.split(".")[-1], key, columns))


class Bench:
    """One process's warehouse, in which mutants are tried."""

    def __init__(self, project, folder):
        self.project, self.folder, self.expected = project, folder, {}
        self.open()

    def open(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        # dbt wrote the name of the database into the SQL: it is that of the file.
        file = self.folder / self.project.warehouse.name
        shutil.copy(self.project.warehouse, file)
        self.connection = duckdb.connect(str(file), config={"threads": 1, "memory_limit": "3GB"})

    def open_again(self):
        """DuckDB's own faults leave a database that answers nothing more."""
        with contextlib.suppress(duckdb.Error):
            self.connection.close()
        shutil.rmtree(self.folder)
        self.open()

    def run(self, sql, seconds=SECONDS):
        clock = threading.Timer(seconds, self.connection.interrupt)
        clock.start()
        try:
            return self.connection.execute(sql).fetchall()
        finally:
            clock.cancel()

    def rows(self, sql, columns):
        names = ", ".join(f'"{column}"' for column in columns) if columns else "*"
        return sorted(map(repr, self.run(f"select {names} from (\n{sql}\n)")))

    def changed_sql(self, key, number, new):
        return mutated(self.project.sql[key], number, new)

    def try_unit_tests(self, model, number, new):
        """The first unit test that sees the change; None where none does, and whether one has the change in it."""
        is_rendered = False
        for name, key, columns in self.project.unit_tests[model]:
            sql = self.changed_sql(key, number, new)
            if sql is None:
                continue
            is_rendered = True
            if key not in self.expected:
                self.expected[key] = self.rows(self.project.sql[key], columns)
            try:
                if self.rows(sql, columns) != self.expected[key]:
                    return name, True
            except duckdb.BinderException:
                continue
            except ENGINE_FAULTS:
                raise
            except duckdb.Error as error:
                return f"{name} ({type(error).__name__})", True
        return None, is_rendered

    def is_valid(self, sql):
        try:
            self.run(f"explain select * from (\n{sql}\n)")
        except duckdb.InterruptException:
            return True
        except ENGINE_FAULTS:
            raise
        except duckdb.Error:
            return False
        return True

    def differs(self, relation):
        query = f"(from {relation} except all from before) union all (from before except all from {relation})"
        return self.run(f"select count(*) from ({query})")[0][0] > 0

    def rebuild(self, key, sql):
        """Rebuild a model; whether it holds other rows than before."""
        relation = self.project.relations[key]
        self.run(f"create or replace temp table before as from {relation}")
        if self.project.is_view[key]:
            self.run(f"create or replace view {relation} as (\n{sql}\n)")
            return self.differs(relation)
        columns = [row[0] for row in self.run(f"describe {relation}")]
        names = ", ".join(f'"{column}"' for column in columns)
        self.run(f"delete from {relation}")
        self.run(f"insert into {relation} ({names}) select {names} from (\n{sql}\n)")
        return self.differs(relation)

    def try_data_tests(self, model, number, new):
        """The first data test that fails on the small company, None where all hold; and how many models it changes there."""
        project = self.project
        changed, tried = set(), set()
        self.connection.begin()
        try:
            for key in project.models[project.models.index(model) :]:
                if key in project.kept:
                    continue
                if key == model:
                    is_changed = self.rebuild(key, self.changed_sql(key, number, new))
                elif project.parents[key] & changed:
                    is_changed = True if project.is_view[key] else self.rebuild(key, project.sql[key])
                else:
                    continue
                if not is_changed:
                    continue
                changed.add(key)
                behind = set(project.models[project.models.index(key) + 1 :])
                for test, reads in project.data_tests.items():
                    if test not in tried and reads & changed and not reads & self.touched(changed) & behind:
                        tried.add(test)
                        if self.fails(test):
                            return test.split(".")[2], len(changed)
            for test, reads in project.data_tests.items():
                if test not in tried and reads & changed and self.fails(test):
                    return test.split(".")[2], len(changed)
        except ENGINE_FAULTS:
            raise
        except duckdb.Error as error:
            return f"{project.relations.get(key, key)} ({type(error).__name__})", len(changed)
        finally:
            with contextlib.suppress(duckdb.Error):
                self.connection.rollback()
        return None, len(changed)

    def fails(self, test):
        return self.run(f"select count(*) from (\n{self.project.sql[test]}\n)")[0][0] > 0

    def touched(self, changed):
        """Models that depend on changed ones, and may change yet."""
        found = set(changed)
        for key in self.project.models:
            if self.project.parents[key] & found:
                found.add(key)
        return found

    def try_mutant(self, number, name, site):
        """(fate, by): killed, survived, not valid or not rendered."""
        model = self.project.of_file.get(name)
        if model is None:
            return "not rendered", None
        sql = self.changed_sql(model, number, site.new)
        if sql is not None and not self.is_valid(sql):
            return "not valid", None
        by, is_rendered = self.try_unit_tests(model, number, site.new)
        if by:
            return "killed by a unit test", by
        if sql is None:
            return ("survived" if is_rendered else "not rendered"), None
        if model in self.project.kept:
            return "survived", None
        by, changed = self.try_data_tests(model, number, site.new)
        if by:
            return "killed by a data test", by
        return (
            "survived",
            f"{changed} models of the small company differ" if changed else "no row of the small company differs",
        )


BENCH = None


def start_bench(project, folder):
    global BENCH
    BENCH = Bench(project, folder / str(os.getpid()))


def try_mutant(arguments):
    started = time.monotonic()
    number, name, site = arguments
    try:
        fate, by = BENCH.try_mutant(number, name, site)
    except ENGINE_FAULTS as error:
        fate, by = "failed in the engine", str(error).splitlines()[0]
        BENCH.open_again()
    return number, fate, by, time.monotonic() - started


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def described(name, site):
    """How a change reads: file and line, the lines before and after."""
    text = (PROJECT / name).read_text()
    first, last = text.rfind("\n", 0, site.start) + 1, text.find("\n", site.stop)
    last = len(text) if last < 0 else last
    old = " ".join(text[first:last].split())
    new = " ".join((text[first : site.start] + f" {site.new} " + text[site.stop : last]).split())
    return {
        "model": Path(name).stem,
        "file": name,
        "line": line_of(text, site.start),
        "kind": site.kind,
        "old": old,
        "new": new,
    }


def equal_mutants():
    known = yaml.safe_load((Path(__file__).parent / "equal.yml").read_text())["equal_mutants"]
    return {(mutant["model"], mutant["old"], mutant["new"]) for mutant in known}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=1, help="which sample")
    parser.add_argument("--count", type=int, default=200, help="how many mutants")
    parser.add_argument("--only", nargs="*", default=[], help="parts of the paths of models")
    parser.add_argument("--home", type=Path, default=PROJECT / "data" / "mutation", help="where to build")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--at-least", type=float, default=0.9, help="the share that must die; fewer: exit 1")
    options = parser.parse_args()
    home = options.home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    found = all_sites(home, options.only)
    mutants = drawn(found, options.seed, options.count)
    print(f"{len(found)} small changes are possible; trying {options.count} of them, seed {options.seed}.", flush=True)
    project = prepare(home, mutants)
    print(f"Built in {time.monotonic() - started:.0f} s.", flush=True)
    equal, fates, by_number = equal_mutants(), Counter(), {}
    shutil.rmtree(home / "benches", ignore_errors=True)
    tasks = [(number, name, site) for number, (name, site) in mutants.items()]
    with ProcessPoolExecutor(options.processes, initializer=start_bench, initargs=(project, home / "benches")) as pool:
        counted = 0
        for number, fate, by, seconds in pool.map(try_mutant, tasks):
            name, site = mutants[number]
            about = described(name, site)
            if fate.startswith("survived") and (about["model"], about["old"], about["new"]) in equal:
                fate = "equal"
            fates[fate] += 1
            by_number[number] = about | {"fate": fate, "by": by, "seconds": round(seconds, 1)}
            if fate.startswith("killed") or fate == "survived":
                counted += 1
                if counted % 20 == 0:
                    print(
                        f"{counted} tried, {fates['survived']} survived, {time.monotonic() - started:.0f} s", flush=True
                    )
            if counted >= options.count:
                pool.shutdown(cancel_futures=True)
                break
    shutil.rmtree(home / "benches", ignore_errors=True)
    (home / "mutants.json").write_text(json.dumps(list(by_number.values()), indent=1))
    survivors = sorted(
        (mutant for mutant in by_number.values() if mutant["fate"] == "survived"),
        key=lambda mutant: (mutant["file"], mutant["line"]),
    )
    for mutant in survivors:
        print(f"{mutant['file']}:{mutant['line']}: {mutant['kind']}; {mutant['by']}")
        print(f"    - {mutant['old']}\n    + {mutant['new']}")
    died = sum(number for fate, number in fates.items() if fate.startswith("killed"))
    rate = died / max(1, died + fates["survived"])
    print(", ".join(f"{number} {fate}" for fate, number in fates.most_common()))
    print(
        f"{died} of {died + fates['survived']} died: {rate:.1%}, in {time.monotonic() - started:.0f} s (seed {options.seed})."
    )
    sys.exit(rate < options.at_least)


if __name__ == "__main__":
    main()
