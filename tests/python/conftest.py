"""Companies that tests share: each is run once, through the command line, as a scheduler would."""

import datetime
import fcntl
import hashlib
import http.server
import json
import os
import pprint
import re
import shutil
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import duckdb
import golden_ledger
import ledgers
import pytest
import random_ledger
import yaml
from preloaded import Preloaded

from customer_value.compare import OF_PUBLICATIONS
from customer_value.settings import PROJECT, Settings

# Vars that are words in SQL and no more: dbt reads the same project whatever they are, as it does for numbers.
WORDS = {
    "accepted_rejections",
    "closed_until",
    "default_billing_interval",
    "default_currency",
    "mrr_statuses",
    "reporting_time_zone",
}


# The marts of a company without connectors: one stands only where a connector that states MRR does.
MARTS = {path.stem for path in (PROJECT / "models" / "marts").glob("*/*.sql") if "enabled=" not in path.read_text()}


def comparable(marts):
    """Marts without those that depend on earlier publications."""
    return {mart: rows for mart, rows in marts.items() if mart not in OF_PUBLICATIONS}


PRELOADED = Preloaded()


class Parsed:
    """What dbt has read of the project, which takes it half a minute: the companies of a session share it.

    dbt keeps it by the connection, of which the path of the warehouse is a part, and by the vars: their hashes are replaced.
    Where a hash is not found, dbt reads the project again; where a var leads to another model after all, dbt says so.
    """

    # Of a session: its processes share it, too.
    folder: ClassVar = None
    PLACES = (b"hash of the connection", b"hash of the vars")

    @staticmethod
    def hashes_of(warehouse, given):
        """dbt's hashes of the connection to a warehouse and of vars, as bytes."""
        from dbt.adapters.duckdb.credentials import DuckDBCredentials
        from dbt.artifacts.resources.base import FileHash
        from dbt.version import __version__

        rendered = re.sub(r"\{\{ env_var\('\w+', '(.*?)'\) \}\}", r"\1", (PROJECT / "profiles.yml").read_text())
        profile = yaml.safe_load(rendered)["customer_value"]["outputs"]["duckdb"]
        settings = {key: value for key, value in profile.items() if key not in ("type", "threads")}
        credentials = DuckDBCredentials.from_dict(settings | {"path": str(warehouse)})
        texts = (
            pprint.pformat(sorted(credentials.connection_info())),
            "\0".join([pprint.pformat(given), "", "", __version__]),
        )
        return [FileHash.from_contents(text).checksum.encode() for text in texts]

    @classmethod
    @contextmanager
    def shared_with(cls, company, given, arguments=()):
        """Give a company what another one like it had dbt read; take it where none has."""
        shapes = {
            name: value
            for name, value in given.items()
            if name not in WORDS and (isinstance(value, bool) or not isinstance(value, int | float))
        }
        shared = cls.folder / f"{hashlib.sha256(json.dumps(shapes, sort_keys=True).encode()).hexdigest()}.msgpack"
        own = company.settings.warehouse.parent / "target" / "partial_parse.msgpack"
        # A copy of the project is another one.
        is_known, is_shared = shared.exists(), "--project-dir" not in arguments
        hashes = list(zip(cls.hashes_of(company.settings.warehouse, given), cls.PLACES, strict=True))
        if is_known and is_shared:
            content = shared.read_bytes()
            for checksum, place in hashes:
                content = content.replace(place, checksum)
            own.parent.mkdir(parents=True, exist_ok=True)
            own.write_bytes(content)
        yield
        content = own.read_bytes() if is_shared and not is_known and own.exists() else b""
        if all(checksum in content for checksum, _ in hashes):
            for checksum, place in hashes:
                content = content.replace(checksum, place)
            part = shared.with_suffix(f".{os.getpid()}")
            part.write_bytes(content)
            os.replace(part, shared)


def take_what_was_read(target):
    """Give a folder what dbt has read of the project for the linters, where it has: it then reads what has changed."""
    read = PROJECT / "target" / "partial_parse.msgpack"
    if read.exists():
        shutil.copy(read, target)


@dataclass(frozen=True)
class Company:
    """A company in a folder of its own, and what its runs said."""

    home: Path
    as_of: str

    @property
    def settings(self):
        return Settings.of(self.home / "raw", self.home / "warehouse.duckdb", self.home / "published", self.as_of)

    def cli(self, verb, *arguments):
        """Run one verb; the finished process with its output."""
        paths = ["--raw", self.settings.raw, "--warehouse", self.settings.warehouse]
        paths += ["--published", self.settings.published] + (["--as-of", self.as_of] if self.as_of else [])
        with Parsed.shared_with(self, self.settings.own_vars):
            return PRELOADED.run(verb, *map(str, paths), *map(str, arguments))

    def run(self):
        """Run the whole road, which must succeed."""
        finished = self.cli("run")
        assert finished.returncode == 0, finished.stdout[-6000:] + finished.stderr[-3000:]
        return self

    def dbt(self, *arguments, **variables):
        """Run a plain dbt command with the environment that a scheduler would set."""
        given = yaml.safe_load(str(arguments[arguments.index("--vars") + 1])) if "--vars" in arguments else {}
        with Parsed.shared_with(self, given, arguments):
            return subprocess.run(
                [Path(sys.executable).with_name("dbt"), *arguments],
                cwd=PROJECT,
                env=self.settings.environment() | variables,
                capture_output=True,
                text=True,
            )

    @property
    def summary(self):
        """What the last run wrote of itself."""
        return json.loads((self.home / "run_summary.json").read_text())

    def rows(self, query):
        """Rows of the published marts."""
        with duckdb.connect(str(self.settings.published / "customer_value.duckdb"), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def marts(self):
        """Every published mart, cell by cell: name -> sorted rows."""
        tables = [name for (name,) in self.rows("select table_name from duckdb_tables() where schema_name = 'marts'")]
        return {table: sorted(self.rows(f"from marts.{table}"), key=repr) for table in tables}


@dataclass(frozen=True)
class OwnProject(Company):
    """A company that is run by a copy of the project in its folder, which a test may change."""

    def command(self, *arguments):
        """Run a command in the copy."""
        project = self.home / "project"
        return subprocess.run(
            [*map(str, arguments)],
            capture_output=True,
            text=True,
            cwd=project,
            env=os.environ
            | self.settings.environment()
            | {"PYTHONPATH": str(project), "DBT_PROJECT_DIR": ".", "DBT_PROFILES_DIR": "."},
        )

    def run_as_of(self, day, *arguments, command="run"):
        """Run a verb of the command line as of a day."""
        settings = self.settings
        paths = ["--raw", settings.raw, "--warehouse", settings.warehouse, "--published", settings.published]
        return self.command(sys.executable, "-m", "customer_value.cli", command, *paths, "--as-of", day, *arguments)

    def dbt(self, *arguments):
        return self.command(Path(sys.executable).with_name("dbt"), *arguments)


def seed_of_the_commit():
    """What draws by chance differ by: the commit, so that a failure repeats; the day where there is none."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=PROJECT, capture_output=True, text=True)
    return commit.stdout.strip() or datetime.date.today().isoformat()


SEED = os.environ.get("CUSTOMER_VALUE_TEST_SEED") or seed_of_the_commit()


def pytest_report_header():
    return f"CUSTOMER_VALUE_TEST_SEED={SEED}"


def built(company, *marts, variables="{}"):
    """Build some marts and what they need, without tests."""
    selection = ["--select", *(f"+{mart}" for mart in marts), "--exclude-resource-type", "unit_test", "test"]
    finished = company.dbt("build", "--vars", variables, *selection)
    assert finished.returncode == 0, finished.stdout[-3000:]
    return company


def query(company, sql):
    """A query of the warehouse, to be fetched; {truth} stands for the folder of the simulation's truth."""
    connection = duckdb.connect(str(company.settings.warehouse), read_only=True)
    return connection.execute(sql.format(truth=company.settings.raw / "truth"))


def rows_of(company, sql):
    return query(company, sql).fetchall()


def columns_of(company, sql):
    return query(company, sql).fetchnumpy()


@pytest.fixture(scope="session", autouse=True)
def no_settings_of_the_machine():
    """A developer's own settings must not reach the tests; those of the tests themselves stay."""
    for variable in list(os.environ):
        if variable.startswith("CUSTOMER_VALUE_") and not variable.startswith("CUSTOMER_VALUE_TEST_"):
            del os.environ[variable]
    # Each run of a test builds; test_unchanged.py says when one need not.
    os.environ["CUSTOMER_VALUE_FORCE"] = "1"


@pytest.fixture(scope="session", autouse=True)
def what_is_parsed_is_shared(tmp_path_factory):
    own = tmp_path_factory.getbasetemp()
    Parsed.folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "parsed"
    Parsed.folder.mkdir(exist_ok=True)


def shared(tmp_path_factory, name, as_of, write):
    """A company that the first process of a session to want it has run, with the inputs that are written; each has a copy."""
    first = Company(Parsed.folder.with_name("companies") / name, as_of)
    own = Company(tmp_path_factory.mktemp(name), as_of)
    first.home.parent.mkdir(exist_ok=True)
    with first.home.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (done := first.home.with_suffix(".done")).exists():
            shutil.rmtree(first.home, ignore_errors=True)
            write(first.settings.raw)
            first.run()
            done.touch()
    shutil.copytree(first.home, own.home, symlinks=True, dirs_exist_ok=True)
    summary = own.home / "run_summary.json"
    summary.write_text(summary.read_text().replace(str(first.home), str(own.home)))
    return own


def write_demo(raw):
    """The inputs of a small demonstration company."""
    generated = subprocess.run(
        [sys.executable, "-m", "customer_value.cli", "generate", "--raw", str(raw)]
        + "--customers 300 --months 20 --seed 7 --events-per-customer-month 10".split(),
        capture_output=True,
        text=True,
    )
    assert generated.returncode == 0, generated.stderr


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """A small demonstration company, run."""
    return shared(tmp_path_factory, "demo", "", write_demo)


@pytest.fixture(scope="session")
def golden(tmp_path_factory):
    """The golden cases, run."""
    return shared(tmp_path_factory, "golden", golden_ledger.AS_OF, lambda raw: ledgers.write(raw, golden_ledger.TABLES))


@pytest.fixture(scope="session")
def ledger():
    """A random company with what must come out of it, by an independent calculation."""
    return random_ledger.Ledger(seed=20)


@pytest.fixture(scope="session")
def random_company(tmp_path_factory, ledger):
    """The random company, run from its log, customers and plans only."""
    return shared(tmp_path_factory, "random", ledger.as_of.isoformat(), lambda raw: ledgers.write(raw, ledger.tables))


@pytest.fixture
def webhook(monkeypatch):
    """The texts that a webhook receives, whose address has a secret in it."""
    received = []

    class Hook(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("CUSTOMER_VALUE_WEBHOOK", f"http://127.0.0.1:{server.server_port}/secret")
    yield received
    server.shutdown()


@pytest.fixture(scope="session")
def chromium():
    """A headless Chromium of the system."""
    found = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
    if found is None:
        if os.environ.get("CUSTOMER_VALUE_TEST_BROWSER") == "required":
            pytest.fail("found no Chromium, and CUSTOMER_VALUE_TEST_BROWSER says that it is required.")
        pytest.skip("no Chromium is installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=found, args=flags)
        yield browser
        browser.close()


# What takes minutes and guards what changes seldom: `make torture` and the nightly workflow run it.
NIGHTLY = {
    f"test_{name}"
    for name in "absent ad_spend closed_months forget interrupted mutation notes partial revenuecat trackers".split()
}


# Targets that a test needs more for than Python's packages.
ENGINES = ("postgres", "spark")


def pytest_configure(config):
    config.addinivalue_line("markers", "nightly: left out of each push")
    for engine in ENGINES:
        config.addinivalue_line(
            "markers", f"{engine}: needs that engine, left out of each push's other tests: make test-{engine}"
        )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Leave out the nightly tests and those that need a server, unless they are asked for: -m nightly, -m postgres, -m spark."""
    for item in items:
        if item.path.stem in NIGHTLY:
            item.add_marker(pytest.mark.nightly)
        if item.get_closest_marker("nightly") and not config.option.markexpr:
            item.add_marker(pytest.mark.skip(reason="nightly: -m nightly"))
        for engine in ENGINES:
            if item.get_closest_marker(engine) and engine not in config.option.markexpr:
                item.add_marker(pytest.mark.skip(reason=f"needs {engine}: -m {engine}"))


def pytest_sessionfinish(session, exitstatus):
    session.config.exit_status = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    """Leave without tearing the interpreter down, as the console script does; a worker of xdist has yet to say what it found."""
    if hasattr(config, "workerinput"):
        return
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(getattr(config, "exit_status", 1))
