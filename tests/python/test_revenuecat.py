"""RevenueCat's export of transactions: the log, the products, the users and the bills that were worked out by hand.

revenuecat_cases.json holds, by case, the transactions and what must come of them, and why. All cases are one company, which changed the
version of its export: rows that are `old` stand in a delivery with fewer columns and booleans as t and f.
"""

import csv
import json
from pathlib import Path

import pytest
from conftest import Company
from connector_rows import built_twice, check_case, keyed

CASES = json.loads(Path(__file__).with_name("revenuecat_cases.json").read_text())
KEYS = {
    "subscription_changes": ("subscription_id", "item_id", "changed_at"),
    "plans": ("plan_id",),
    "invoice_lines": ("invoice_line_id",),
    "customers": ("customer_id",),
}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What the connector makes of the deliveries: input -> rows by key."""
    company = Company(tmp_path_factory.mktemp("revenuecat"), "2026-06-30")
    folder = company.settings.raw / "revenuecat" / "transactions"
    folder.mkdir(parents=True)
    for version in ("old", "new"):
        rows = [row for case in CASES for row in case["input"] if row["version"] == version]
        with (folder / f"transactions_{version}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(
                file, sorted({name for row in rows for name in row} - {"version"}), extrasaction="ignore"
            )
            writer.writeheader()
            writer.writerows(rows)
    return {name: keyed(rows, KEYS[name]) for name, rows in built_twice(company, "revenuecat", KEYS).items()}


@pytest.mark.parametrize("case", CASES, ids=[case["title"].replace(" ", "_") for case in CASES])
def test_a_case_gives_what_was_worked_out_by_hand(found, case):
    check_case(found, case, KEYS)
