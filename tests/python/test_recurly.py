"""Recurly's tables as two loaders write them: the log, the plans and the lines that were worked out by hand.

recurly_cases.json holds, by case, what was loaded and what must come of it, and why. All cases of a loader are one company.
"""

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from conftest import Company

CASES = json.loads(Path(__file__).with_name("recurly_cases.json").read_text())
KEYS = {
    "subscription_changes": ("subscription_id", "item_id", "changed_at"),
    "plans": ("plan_id",),
    "invoice_lines": ("invoice_line_id",),
}
# What the cases leave open.
OPEN = ("plan_name", "product_name", "loaded_at")


def plain(value):
    """A value as it compares: numbers to a millionth, instants as texts."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return round(float(value), 6)
    return value


def keyed(name, rows):
    """Rows by their key, without what is null or open."""
    kept = [{column: plain(value) for column, value in row.items() if value is not None} for row in rows]
    return {
        tuple(row.get(key) for key in KEYS[name]): {column: row[column] for column in row if column not in OPEN}
        for row in kept
    }


@pytest.fixture(scope="module")
def connected(tmp_path_factory):
    """What the connector makes of a loader's tables: input -> rows by key; each loader's are built once."""
    built = {}

    def build(loader):
        if loader not in built:
            company = Company(tmp_path_factory.mktemp(loader), "2026-06-30")
            folder = company.settings.raw / "recurly"
            folder.mkdir(parents=True)
            for case in CASES:
                for table, rows in case["input"].items() if case["loader"] == loader else ():
                    with (folder / f"{table}.jsonl").open("a") as file:
                        file.writelines(json.dumps(row) + "\n" for row in rows)
            finished = company.dbt(
                "build", "--select", "+path:models/connectors/recurly", "--exclude-resource-type", "unit_test",
                "--vars", "connectors: {billing: recurly}",
            )  # fmt: skip
            assert finished.returncode == 0, finished.stdout[-4000:]
            with duckdb.connect(str(company.settings.warehouse), read_only=True) as connection:
                built[loader] = {
                    name: keyed(name, connection.sql(f"from connectors.recurly_{name}").to_arrow_table().to_pylist())
                    for name in KEYS
                }
        return built[loader]

    return build


@pytest.mark.parametrize("case", CASES, ids=[case["title"].replace(" ", "_") for case in CASES])
def test_a_case_gives_what_was_worked_out_by_hand(connected, case):
    found = connected(case["loader"])
    for name in KEYS.keys() & case.keys():
        expected = keyed(name, case[name])
        subscriptions = {row.get("subscription_id") for row in case[name]} | set(case.get("absent", ()))
        # A connector leaves out nothing of a subscription, and adds nothing.
        rows = {
            key: row
            for key, row in found[name].items()
            if key in expected or (name == "subscription_changes" and row["subscription_id"] in subscriptions)
        }
        assert rows == expected, case["why"]
