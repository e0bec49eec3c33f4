"""A run in which nothing has changed builds nothing; whatever changes, the next run builds."""

import json
import os
import shutil
from dataclasses import replace

import pytest
from conftest import Company

from customer_value import unchanged
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
    return unchanged.is_unchanged(settings, unchanged.fingerprint(settings))


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
    assert len(set(found)) == 3


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
    assert not is_unchanged(settings)
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
