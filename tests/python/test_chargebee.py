"""Chargebee's data as loaders write them: the log, the plans, the lines and the customers that were worked out by hand.

chargebee_cases.json holds the tables of one company, nested as Airbyte and Singer taps write them and in tables of their own as
Fivetran does, and every row that must come of them. A subscription is a case.
"""

import json
from pathlib import Path

import pytest
from conftest import Company
from connector_rows import built_twice, plain_row

COMPANY = json.loads((Path(__file__).parent / "chargebee_cases.json").read_text())
CASES = COMPANY["subscription_changes"]


def plain_rows(rows):
    """Rows without what is null or open, in one order."""
    return sorted(map(plain_row, rows), key=lambda row: json.dumps(row, sort_keys=True))


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What the connector makes of the company, in one build: input -> rows."""
    company = Company(tmp_path_factory.mktemp("chargebee"), "2026-06-30")
    folder = company.settings.raw / "chargebee"
    folder.mkdir(parents=True)
    for name, rows in COMPANY["tables"].items():
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    names = [name for name in COMPANY if name != "tables"]
    return {name: plain_rows(rows) for name, rows in built_twice(company, "chargebee", names).items()}


@pytest.mark.parametrize("case", CASES, ids=[case["title"].replace(" ", "_") for case in CASES])
def test_a_subscription_gives_what_was_worked_out_by_hand(found, case):
    (subscription_id,) = {row["subscription_id"] for row in case["rows"]}
    rows = [row for row in found["subscription_changes"] if row["subscription_id"] == subscription_id]
    assert rows == plain_rows(case["rows"]), case.get("why")


def test_the_log_has_no_other_rows(found):
    assert len(found["subscription_changes"]) == sum(len(case["rows"]) for case in CASES)


@pytest.mark.parametrize("name", ["plans", "invoice_lines", "customers"])
def test_other_inputs_have_these_rows_and_no_others(found, name):
    assert found[name] == plain_rows(COMPANY[name])
