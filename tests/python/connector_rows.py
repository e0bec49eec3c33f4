"""What a connector makes of a vendor's tables, as rows that compare with those that were worked out by hand."""

import json
import re
import shutil
from datetime import datetime
from decimal import Decimal

import duckdb
import pytest
import yaml

# What the cases leave open: names that stand in no input, and when the files came.
OPEN = ("plan_name", "product_name", "loaded_at")
# What stands before the ids of a company's second account.
PREFIX = "us_"
OWN_PLAN_MAP = {"replacements": {"plan_map": "our_plan_map"}}


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


def map_plans(company, *lines):
    """Fill a seed of the company's own with lines of plan_map; those of its second account name ids with their prefix."""
    rows = [line.split(",", 2) for line in lines]
    rows += [(source, PREFIX + plan_id, rest) for source, plan_id, rest in rows]
    seed = company.home / "seeds" / "our_plan_map.csv"
    seed.parent.mkdir()
    header = "source,plan_id,product_type,tier_rank,included_seats\n"
    seed.write_text(header + "".join(",".join(row) + "\n" for row in rows))
    (company.home / "company.yml").write_text(yaml.safe_dump(OWN_PLAN_MAP))


def variables_of(company, vendor, **variables):
    """The vars of a company that bills by a vendor, as dbt takes them."""
    return json.dumps({"connectors": {"billing": vendor}} | company.settings.own_vars | variables)


def built(company, vendor, names, more=(), **variables):
    """Build a vendor's connector for a company, and more models: input -> the rows of the model that stands in for it."""
    finished = company.dbt(
        "build", "--select", f"+path:models/connectors/{vendor}", *more, "--exclude-resource-type", "unit_test",
        "--indirect-selection", "cautious", "--vars", variables_of(company, vendor, **variables),
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


def accounts_of(vendor):
    """The vars of the two accounts of a vendor, of which the first has no prefix."""
    return {f"{vendor}_sources": [{"schema": vendor}, {"schema": f"{vendor}_us", "prefix": PREFIX}]}


def built_twice(company, vendor, names, more=()):
    """Build a vendor's connector for a company with two accounts that hold the same tables.

    Returns input -> the rows of the first account, whose ids stay as they are, after those of the second one were found equal to
    them but for their ids.
    """
    raw = company.settings.raw
    shutil.copytree(raw / vendor, raw / f"{vendor}_us")
    found = built(company, vendor, names, more, **accounts_of(vendor))
    first = {name: [row for row in rows if not is_of_second(row)] for name, rows in found.items()}
    for name, rows in found.items():
        second = [without_prefix(row) for row in rows if is_of_second(row)]
        assert sorted(map(repr, second)) == sorted(repr(without_prefix(row)) for row in first[name]), name
    return first


def is_of_second(row):
    """Whether a row is of the second account: all of its ids say so, or none."""
    ids = {name: value for name, value in row.items() if name.endswith("_id") and value is not None}
    prefixed = {name for name, value in ids.items() if value.startswith(PREFIX)}
    assert prefixed in (set(), set(ids)), row
    return bool(prefixed)


def without_prefix(row):
    """A row as the first account has it. An id may be made of several; a name that nobody gave is the id."""
    return {
        name: value.replace(PREFIX, "") if isinstance(value, str) and name.endswith(("_id", "_name")) else plain(value)
        for name, value in row.items()
    }


def nightly_but(first, cases, loader_of):
    """Cases as parameters: those of one loader run on each push, those of the others by night."""
    return [pytest.param(case, marks=[] if loader_of(case) == first else [pytest.mark.nightly]) for case in cases]
