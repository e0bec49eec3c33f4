"""The project as a package of another dbt project, whose models, macros, hooks and tables stay as they are."""

import json
import shutil
import subprocess

import duckdb
import pytest
from conftest import rows_of

from customer_value.contract import BRANCHES, interfaces
from customer_value.settings import PROJECT

HOST = {
    "dbt_project.yml": """
name: acme
profile: acme
on-run-start: "create table if not exists main.acme_runs (run_number integer)"
on-run-end: "insert into main.acme_runs select count(*) from main.acme_runs"
flags: {send_anonymous_usage_stats: false}
vars: {customer_value: {as_of_date: "AS_OF", replacements: {segments: acme.our_segments}}}
models:
  acme: {+materialized: table}
""",
    "profiles.yml": """
acme:
  target: dev
  outputs: {dev: {type: duckdb, path: warehouse.duckdb, schema: analytics, threads: 2, settings: {TimeZone: UTC}}}
""",
    "packages.yml": "packages: [{local: PROJECT}]\n",
    "models/customers.sql": "select 'of acme' as customer_name",
    "models/stripe_customers.sql": "select 'of acme' as customer_name",
    "models/counted_runs.sql": "{{ config(materialized='incremental') }} select '{{ rate() }}' as said from {{ ref('customers') }}",
    "models/shown_mrr.sql": "select sum(closing_mrr_amount) as mrr_amount from {{ ref('customer_value', 'mrr_monthly') }}",
    "models/sources.yml": "sources: [{name: raw, tables: [{name: customers}]}]\n",
    "models/models.yml": "models: [{name: shown_mrr, data_tests: [expression_is_true]}]\n",
    "macros/own.sql": """
{% macro generate_schema_name(custom_schema_name, node) %}acme{% endmacro %}
{% macro rate() %}of acme{% endmacro %}
{% macro raw(name) %}of acme{% endmacro %}
{% macro type_amount() %}of acme{% endmacro %}
{% macro default__type_double() %}of acme{% endmacro %}
{% macro before_run() %}{{ exceptions.raise_compiler_error('of acme') }}{% endmacro %}
{% test expression_is_true(model) %}select 1 from {{ model }} where mrr_amount is null{% endtest %}
{% test unique_combination_of_columns(model) %}of acme{% endtest %}
""",
}
# What a warehouse has in another type than the contract names.
OTHER_TYPES = {
    "customers": "created_at at time zone 'UTC' as created_at",
    "marketing_spend": "cast(spend_date as timestamp) as spend_date",
}


class Host:
    """Another project in a folder of its own, its warehouse, and what dbt says there."""

    def __init__(self, home, as_of):
        self.home, self.file = home, home / "warehouse.duckdb"
        for path, text in HOST.items():
            (home / path).parent.mkdir(parents=True, exist_ok=True)
            (home / path).write_text(text.replace("PROJECT", str(PROJECT)).replace("AS_OF", as_of))
        (home / "seeds").mkdir()
        shutil.copy(PROJECT / "seeds" / "segments.csv", home / "seeds" / "our_segments.csv")

    def dbt(self, *arguments):
        return subprocess.run(
            [PROJECT / ".venv" / "bin" / "dbt", *arguments], cwd=self.home, capture_output=True, text=True, check=False
        )

    def rows(self, query):
        with duckdb.connect(str(self.file), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def takes_own_names(self):
        """Set the flag with which dbt takes each project's own model of a name."""
        project, flag = self.home / "dbt_project.yml", "require_ref_searches_node_package_before_root: true"
        if flag not in project.read_text():
            project.write_text(project.read_text().replace("flags: {", f"flags: {{{flag}, "))

    def counted_runs(self):
        """How often the host's own incremental model was built so far."""
        return self.rows("select count(*) from acme.counted_runs")[0][0] if "acme" in self.schemas() else 0

    def schemas(self):
        """The schemas that hold a table or a view."""
        return {name for (name,) in self.rows("select distinct table_schema from information_schema.tables")}


@pytest.fixture(scope="module")
def host(demo, tmp_path_factory):
    """Another project with the demonstration company's inputs as tables, which has installed the package."""
    host = Host(tmp_path_factory.mktemp("host"), demo.as_of)
    with duckdb.connect(str(host.file)) as connection:
        connection.execute("set TimeZone = 'UTC'; create schema raw")
        for path in sorted(demo.settings.raw.iterdir()):
            files = f"{path}/*.parquet" if path.is_dir() else path
            changes = OTHER_TYPES.get(path.stem)
            columns = f"* replace ({changes})" if changes else "*"
            if path.name != "truth":
                connection.execute(f"create table raw.{path.stem} as select {columns} from read_parquet('{files}')")
    finished = host.dbt("deps")
    assert finished.returncode == 0, finished.stdout
    return host


@pytest.mark.nightly
def test_what_is_not_of_the_package_runs_nothing_of_it(host):
    for _ in range(2):
        finished = host.dbt("build", "--select", "acme.customers", "acme.counted_runs", "--indirect-selection", "empty")
        assert finished.returncode == 0, finished.stdout
    assert host.schemas() == {"acme", "main", "raw"}
    assert host.rows("from acme.counted_runs") == [("of acme",)] * 2 and host.rows("from main.acme_runs") == [
        (0,),
        (1,),
    ]


@pytest.mark.nightly
def test_a_model_of_the_same_name_needs_a_flag(host):
    before = host.schemas()
    finished = host.dbt("run", "--select", "package:customer_value")
    assert finished.returncode != 0 and "named as yours are: model.acme.customers." in finished.stdout, finished.stdout
    assert "require_ref_searches_node_package_before_root: true" in finished.stdout
    # Its own hook may have run.
    assert host.schemas() <= before | {"main"}


@pytest.mark.nightly
def test_the_package_gives_the_clones_marts_and_leaves_the_host_alone(host, demo):
    host.takes_own_names()
    runs_before = host.counted_runs()
    finished = host.dbt("build")
    assert finished.returncode == 0, finished.stdout[-6000:]
    layers = ("definitions", "history", "intermediate", "marts", "semantic", "staging")
    assert host.schemas() == {"acme", "main", "raw", *(f"analytics_customer_value_{layer}" for layer in layers)}
    results = json.loads((host.home / "target" / "run_results.json").read_text())["results"]
    # Its own tests are for those who work on it.
    assert not [result["unique_id"] for result in results if result["unique_id"].startswith("unit_test.")]
    assert host.rows("from acme.customers") == host.rows("from acme.stripe_customers") == [("of acme",)]
    assert host.rows("from acme.counted_runs") == [("of acme",)] * (runs_before + 1)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{demo.settings.warehouse}' as clone (read_only)")
        connection.execute(f"attach '{host.file}' as host (read_only)")
        tables = connection.execute(
            "select table_name from information_schema.tables where table_catalog = 'clone' and table_schema = 'marts' order by 1"
        ).fetchall()
        assert len(tables) >= 40
        for (table,) in tables:
            of_clone, of_host = f"from clone.marts.{table}", f"from host.analytics_customer_value_marts.{table}"
            differences = connection.execute(
                f"select count(*) from (({of_clone} except all {of_host}) union all ({of_host} except all {of_clone}))"
            ).fetchone()
            assert differences == (0,), table
    children = json.loads((host.home / "target" / "manifest.json").read_text())["child_map"]
    assert "model.customer_value.int_segment_months" in children["seed.acme.our_segments"]
    assert not [child for child in children["seed.customer_value.segments"] if child.startswith("model.")]


def test_the_columns_that_other_branches_read_are_of_the_types_that_are_declared(demo):
    """Nulls of these types stand in for them where a branch is switched off."""
    names = {"VARCHAR": "string", "HUGEINT": "bigint"}
    for models in interfaces().values():
        for model, declared in models.items():
            columns = rows_of(
                demo, f"select column_name, data_type from information_schema.columns where table_name = '{model}'"
            )
            built = {name: names.get(type_name, type_name.lower()) for name, type_name in columns}
            # A sum of decimals has more digits than its summands on DuckDB.
            assert {name: type_name.replace("(38,", "(28,") for name, type_name in built.items()} == declared, model


@pytest.mark.nightly
def test_without_its_branches_the_rest_is_built(host):
    """What depends on them reads nulls; the tests of the rest hold."""
    host.takes_own_names()
    project = host.home / "dbt_project.yml"
    text = project.read_text().replace("replacements:", f"disabled_branches: [{', '.join(BRANCHES)}], replacements:")
    off = ", ".join(f"{branch}: {{+enabled: false}}" for branch in BRANCHES)
    project.write_text(f"{text}  customer_value: {{marts: {{{off}}}, intermediate: {{{off}}}}}\n")
    finished = host.dbt("build")
    assert finished.returncode == 0, finished.stdout[-6000:]
    results = json.loads((host.home / "target" / "run_results.json").read_text())["results"]
    models = {
        result["unique_id"].split(".")[2]
        for result in results
        if result["unique_id"].startswith("model.customer_value.")
    }
    files = [path for path in (PROJECT / "models").rglob("*.sql") if "connectors" not in path.parts]
    of_branches = {path.stem for path in files if set(path.parts) & set(BRANCHES)}
    # A few stand only where a connector does.
    rest = {path.stem for path in files if "enabled=" not in path.read_text()} - of_branches
    assert len(of_branches) > 100 and not models & of_branches and models >= rest and "mrr_monthly" in rest
    marts = "analytics_customer_value_marts"
    assert host.rows(
        f"select count(mrr_amount) > 0, count(health_status), count(ltv_amount) from {marts}.customers"
    ) == [(True, 0, 0)]
