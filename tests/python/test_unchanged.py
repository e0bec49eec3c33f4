"""A run in which nothing has changed builds nothing; of what changes, the next run builds all that depends on it."""

import json
import os
import shutil
from dataclasses import replace

import duckdb
import pytest
from conftest import Company, comparable

from customer_value import build, unchanged
from customer_value.contract import inputs
from customer_value.errors import BuildError
from customer_value.publish import published_build


@pytest.fixture(scope="module")
def published(golden, tmp_path_factory):
    """A company that has been run, which these tests may change."""
    company = Company(tmp_path_factory.mktemp("unchanged"), golden.as_of)
    shutil.copytree(golden.home, company.home, symlinks=True, dirs_exist_ok=True)
    # What was done to the copy before it came here counts for nothing.
    unchanged.keep(company.settings, unchanged.fingerprint(company.settings))
    return company


@pytest.fixture(autouse=True)
def as_users_run_it(monkeypatch):
    monkeypatch.delenv("CUSTOMER_VALUE_FORCE")


def is_unchanged(settings):
    found = unchanged.fingerprint(settings)
    return unchanged.is_unchanged(found, unchanged.published_inputs(settings, found))


def test_a_run_in_which_nothing_changed_builds_nothing(published, webhook):
    build_id = published_build(published.settings)
    before = published.summary
    finished = published.cli("run")
    assert finished.returncode == 0, finished.stderr
    assert "Nothing has changed since the last publication" in finished.stdout
    assert "done in" not in finished.stdout and len(finished.stdout.splitlines()) < 60
    assert published_build(published.settings) == build_id
    summary = published.summary
    assert summary["outcome"] == "unchanged" and summary["seconds"] == {}
    for name in ("as_of_date", "mrr_amount", "inputs", "rejected"):
        assert summary[name] == before[name]
    assert summary["previous_mrr_amount"] == summary["mrr_amount"]
    assert "Nothing has changed" in webhook[0]
    # And again: the summary that it wrote changes nothing.
    assert is_unchanged(published.settings)


def test_a_file_that_was_written_again_is_no_change(published):
    file = next(published.settings.raw.glob("*.parquet"))
    file.write_bytes(file.read_bytes())
    os.utime(file, (1, 1))
    assert is_unchanged(published.settings)


@pytest.mark.parametrize("name", ["customers.parquet", "notes/of_finance.csv"])
def test_a_change_of_the_inputs_builds(published, name):
    file = published.settings.raw / name
    before = file.read_bytes() if file.exists() else None
    file.parent.mkdir(exist_ok=True)
    file.write_bytes((before or b"") + b" ")
    assert not is_unchanged(published.settings)
    file.unlink() if before is None else file.write_bytes(before)
    assert is_unchanged(published.settings)


def test_other_settings_build(published, tmp_path):
    settings = published.settings
    own = tmp_path / "company.yml"
    own.write_text("gross_margin_rate: 0.7\n")
    changed = [
        {"as_of": "2020-01-01"},
        {"strict": True},
        {"publish_rejected": True},
        {"parquet": True},
        {"keep_publications": 9},
        {"vars_file": own},
        {"target": "postgres"},
        {"force": True},
    ]
    for change in changed:
        assert not is_unchanged(replace(settings, **change)), change
    assert is_unchanged(replace(settings, webhook="https://example.com"))


def test_own_vars_and_seeds_build(published, tmp_path):
    own = tmp_path / "company.yml"
    own.write_text("gross_margin_rate: 0.7\n")
    found = [unchanged.fingerprint(replace(published.settings, vars_file=own))]
    own.write_text("gross_margin_rate: 0.8\n")
    found.append(unchanged.fingerprint(replace(published.settings, vars_file=own)))
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "plays.csv").write_text("a\n")
    found.append(unchanged.fingerprint(replace(published.settings, vars_file=own)))
    assert len({each["rest"] for each in found}) == 3


def test_another_version_builds(published, monkeypatch, tmp_path):
    monkeypatch.setattr(unchanged, "version", lambda name: "0")
    assert not is_unchanged(published.settings)
    monkeypatch.undo()
    for folder in ["models", "macros"]:
        shutil.copytree(unchanged.PROJECT / folder, tmp_path / folder)
    for file in unchanged.FILES:
        shutil.copy(unchanged.PROJECT / file, tmp_path)
    monkeypatch.setattr(unchanged, "PROJECT", tmp_path)
    before = unchanged.fingerprint(published.settings)
    with open(tmp_path / "models" / "marts" / "revenue" / "mrr_monthly.sql", "a") as model:
        model.write("\n")
    assert unchanged.fingerprint(published.settings) != before


def test_what_was_done_to_the_warehouse_or_the_publication_builds(published):
    settings = published.settings
    os.utime(settings.warehouse, (1, 1))
    assert not is_unchanged(settings)
    unchanged.keep(settings, unchanged.fingerprint(settings))
    assert is_unchanged(settings)
    file = settings.warehouse.with_name(unchanged.KEPT)
    kept = json.loads(file.read_text())
    file.write_text(json.dumps(kept | {"build_id": "another"}))
    assert not is_unchanged(settings)
    file.write_text("{")
    assert not is_unchanged(settings) and changed(settings) == []
    file.write_text(json.dumps(kept | {"fingerprint": "of an earlier version"}))
    assert not is_unchanged(settings) and changed(settings) == []
    file.write_text(json.dumps(kept))
    link = settings.published / unchanged.FILE_NAME
    target = os.readlink(link)
    link.unlink()
    assert not is_unchanged(settings)
    os.symlink(target, link)
    assert is_unchanged(settings)


def test_a_run_that_cannot_tell_builds(published):
    file = published.settings.raw / "dangling.csv"
    file.symlink_to("nowhere")
    assert unchanged.fingerprint(published.settings) is None and not is_unchanged(published.settings)
    unchanged.keep(published.settings, None)
    file.unlink()
    assert is_unchanged(published.settings)


@pytest.fixture
def company(demo, tmp_path):
    """A company with most of the inputs that has been run, which a test may change."""
    company = Company(tmp_path / "company", demo.as_of)
    shutil.copytree(demo.home, company.home, symlinks=True)
    unchanged.keep(company.settings, unchanged.fingerprint(company.settings))
    return company


def changed(settings):
    found = unchanged.fingerprint(settings)
    return unchanged.changed_inputs(settings, found, unchanged.published_inputs(settings, found))


def edit(company, name, statement):
    """Change the rows of an input, which are the table `rows`, by a statement."""
    place = company.settings.raw / name
    file = sorted(place.rglob("*.parquet"))[0] if place.is_dir() else place.with_suffix(".parquet")
    with duckdb.connect() as connection:
        connection.execute(f"create table rows as from read_parquet('{file}', hive_partitioning = false)")
        connection.execute(statement)
        connection.execute(f"copy rows to '{file}' (format parquet)")


def models_of_the_last_build(company, kind="model"):
    results = json.loads((company.settings.warehouse.parent / "target" / "run_results.json").read_text())["results"]
    return {each["unique_id"].split(".")[2] for each in results if each["unique_id"].startswith(f"{kind}.")}


# Some rows of it less, those that were loaded last aside: the as-of day is that of all inputs.
LESS = "delete from rows where hash(rows) % 7 = 1 and loaded_at < (select max(newest.loaded_at) from rows as newest)"
# Plans were loaded once.
EDITS = {"plans": "update rows set unit_amount = unit_amount + 1"}
# Of what an input reaches, and of what it does not.
REACHED = {
    "targets": ("target_attainment", "trial_conversions"),
    "marketing_spend": ("channel_economics", "customer_months"),
    "nps_responses": ("nps_monthly", "mrr_monthly"),
    "refunds": ("channel_economics", "mrr_monthly"),
}


@pytest.mark.parametrize(
    "names",
    [["targets", "nps_responses"], pytest.param(sorted(inputs()), marks=pytest.mark.nightly)],
    ids=["two_inputs", "each_input"],
)
def test_only_what_depends_on_a_changed_input_is_built(company, names):
    all_models, counts = models_of_the_last_build(company), {}
    passed = company.rows("select passed_test_count from publication")
    for name in names:
        build_id = published_build(company.settings)
        edit(company, name, EDITS.get(name, LESS))
        assert changed(company.settings) == [name]
        finished = company.cli("run")
        assert finished.returncode == 0, finished.stdout + finished.stderr
        assert published_build(company.settings) != build_id
        models = models_of_the_last_build(company)
        counts[name] = len(models)
        assert "churn_estimates_agree" in models_of_the_last_build(company, "test")
        said = f"Since the last publication only {name} changed: {len(models)} of {len(all_models)} models are built."
        assert (said in finished.stdout) == (models < all_models), finished.stdout
        if name in REACHED:
            built, left = REACHED[name]
            assert built in models and left not in models
    assert counts["targets"] < 30 and counts["nps_responses"] < 150
    marts = comparable(company.marts())
    assert company.rows("select passed_test_count from publication") == passed
    assert company.cli("run", "--force").returncode == 0
    assert models_of_the_last_build(company) == all_models
    in_full = comparable(company.marts())
    assert marts.keys() == in_full.keys() and [mart for mart in marts if marts[mart] != in_full[mart]] == []


def test_a_new_day_builds_all_but_the_seeds_that_are_there(company):
    def built():
        return models_of_the_last_build(company), models_of_the_last_build(company, "seed")

    models, seeds = built()
    passed = company.rows("select passed_test_count from publication")
    edit(company, "targets", "update rows set loaded_at = loaded_at + interval 1 day")
    assert company.cli("run").returncode == 0
    assert built() == (models, set())
    # It reads a seed and a mart.
    assert "every_published_range_is_shown" in models_of_the_last_build(company, "test")
    assert company.rows("select passed_test_count from publication") == passed
    marts = comparable(company.marts())
    assert company.cli("run", "--force").returncode == 0
    assert built() == (models, seeds) and seeds
    in_full = comparable(company.marts())
    assert marts.keys() == in_full.keys() and [mart for mart in marts if marts[mart] != in_full[mart]] == []


def test_what_is_no_change_of_inputs_alone_builds_all(company):
    settings = company.settings
    edit(company, "targets", LESS)
    assert changed(settings) == ["targets"]
    assert changed(replace(settings, strict=True)) == [] == changed(replace(settings, force=True))
    edit(company, "targets", "update rows set loaded_at = loaded_at + interval 1 day")
    assert changed(settings) == []
    edit(company, "targets", "update rows set loaded_at = loaded_at - interval 1 day")
    assert changed(settings) == ["targets"]
    os.utime(settings.warehouse, (1, 1))
    assert changed(settings) == []


def test_models_that_inputs_reach(company):
    manifest = json.loads((company.settings.warehouse.parent / "target" / "manifest.json").read_text())

    def reached(*names, closed_until=""):
        found = unchanged.models_reached(manifest, names, closed_until)
        return {each.rpartition(".")[2] for each in found}

    found = reached("targets")
    # What reads the input, what reads that, and what records each build; not what reads the as-of day alone.
    assert {"run_settings", "target_attainment", "known_metrics", "restatements", "input_reconciliation"} <= found
    assert not found & {"int_months", "customer_months"}
    assert reached("targets", "leads") == found | reached("leads") != found
    assert reached("targets", closed_until="2026-03-31") == set() == reached("targets", "invoices_of_ours")


def test_a_change_that_moves_the_as_of_day_builds_all_after_all(published, monkeypatch):
    days, said = iter([["then"], ["now"], ["then"], ["then"]]), []
    monkeypatch.setattr(build, "day_and_currency", lambda settings: next(days))
    monkeypatch.setattr(build, "finish", lambda *_: None)
    monkeypatch.setattr(build, "dbt", lambda settings, *arguments: said.append(arguments))
    build.finish_begun(published.settings, None, is_partial=True)
    assert said == [build.BUILD]
    build.finish_begun(published.settings, None, is_partial=True)
    assert said == [build.BUILD]


def test_a_build_of_some_models_that_fails_by_another_day_builds_all(published, monkeypatch):
    def fail(*_):
        raise BuildError("dbt build failed")

    days, said = iter([["then"], ["now"], ["then"], ["then"]]), []
    monkeypatch.setattr(build, "day_and_currency", lambda settings: next(days))
    monkeypatch.setattr(build, "finish", fail)
    monkeypatch.setattr(build, "dbt", lambda settings, *arguments: said.append(arguments))
    build.finish_begun(published.settings, None, is_partial=True)
    assert said == [build.BUILD]
    with pytest.raises(BuildError):
        build.finish_begun(published.settings, None, is_partial=True)
