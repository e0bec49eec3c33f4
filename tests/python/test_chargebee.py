"""Chargebee's data as loaders write them: the log, the plans, the lines and the customers that were worked out by hand.

chargebee_cases.json holds the tables of one company, nested as Airbyte and Singer taps write them and in tables of their own as
Fivetran does, and every row that must come of them. A subscription is a case.
"""

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from conftest import Company

COMPANY = json.loads((Path(__file__).parent / "chargebee_cases.json").read_text())
CASES = COMPANY["subscription_changes"]
# What the cases leave open: names that stand in no input, and when the files came.
OPEN = ("plan_name", "product_name", "loaded_at")


def plain(value):
    """A value as it compares: numbers to a millionth, instants as text."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return round(float(value), 6)
    return value


def plain_rows(rows):
    """Rows without what is null or open, in one order."""
    plain_ones = [
        {name: plain(row[name]) for name in row if row[name] is not None and name not in OPEN} for row in rows
    ]
    return sorted(plain_ones, key=lambda row: json.dumps(row, sort_keys=True))


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What the connector makes of the company, in one build: input -> rows."""
    company = Company(tmp_path_factory.mktemp("chargebee"), "2026-06-30")
    folder = company.settings.raw / "chargebee"
    folder.mkdir(parents=True)
    for name, rows in COMPANY["tables"].items():
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    finished = company.dbt(
        "build", "--select", "+path:models/connectors/chargebee", "--exclude-resource-type", "unit_test", "test",
        "--vars", "connectors: {billing: chargebee}",
    )  # fmt: skip
    assert finished.returncode == 0, finished.stdout[-4000:]
    with duckdb.connect(str(company.settings.warehouse), read_only=True) as connection:
        return {
            name: plain_rows(connection.sql(f"from connectors.chargebee_{name}").to_arrow_table().to_pylist())
            for name in COMPANY
            if name != "tables"
        }


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
