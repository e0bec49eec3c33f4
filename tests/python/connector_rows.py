"""What a connector makes of a vendor's tables, as rows that compare with those that were worked out by hand."""

import json
import re
from datetime import datetime
from decimal import Decimal

import duckdb

# What the cases leave open: names that stand in no input, and when the files came.
OPEN = ("plan_name", "product_name", "loaded_at")


def plain(value):
    """A value as it compares: numbers to a millionth, instants as text that is written one way."""
    if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\dT", value):
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return round(float(value), 6)
    return value


def plain_row(row):
    """A row without what is null or open."""
    return {name: plain(value) for name, value in row.items() if value is not None and name not in OPEN}


def built(company, vendor, names):
    """Build a vendor's connector for a company: input -> the rows of the model that stands in for it."""
    finished = company.dbt(
        "build", "--select", f"+path:models/connectors/{vendor}", "--exclude-resource-type", "unit_test",
        "--vars", f"connectors: {{billing: {vendor}}}",
    )  # fmt: skip
    assert finished.returncode == 0, finished.stdout[-4000:]
    with duckdb.connect(str(company.settings.warehouse), read_only=True) as connection:
        return {name: connection.sql(f"from connectors.{vendor}_{name}").to_arrow_table().to_pylist() for name in names}


def keyed(rows, key):
    """Rows by the columns of their key, without what is null or open."""
    return {tuple(row.get(column) for column in key): row for row in map(plain_row, rows)}


def append_lines(folder, tables):
    """Append rows to the tables of a vendor's folder, which are files of JSON lines."""
    for table, rows in tables.items():
        with (folder / f"{table}.jsonl").open("a") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)


def check_case(found, case, keys):
    """That a case gives what was worked out by hand: a connector leaves out nothing of a subscription, and adds nothing."""
    for name in keys.keys() & case.keys():
        expected = keyed(case[name], keys[name])
        subscriptions = {row.get("subscription_id") for row in case[name]} | set(case.get("absent", ()))
        rows = {
            key: row
            for key, row in found[name].items()
            if key in expected or (name == "subscription_changes" and row["subscription_id"] in subscriptions)
        }
        assert rows == expected, case["why"]
