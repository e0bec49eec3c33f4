"""Stripe's data as five loaders land them: the log, the plans and the lines that were worked out by hand.

tests/python/stripe/ holds what each landing has, and cases.json what must come of it and why. Ids of the cases differ by their suffix;
one company is in every landing.
"""

import json
import shutil
from pathlib import Path

import duckdb
import pytest
from conftest import Company
from connector_rows import built_twice, nightly_but, plain_row

from customer_value.vendor_tables import known_within, landed_table

FOLDER = Path(__file__).parent / "stripe"
CASES = json.loads((FOLDER / "cases.json").read_text())
LANDINGS = sorted({case["landing"] for case in CASES})
KEYS = {
    "subscription_changes": ("subscription_id", "item_id", "changed_at"),
    "plans": ("plan_id",),
    "invoice_lines": ("invoice_line_id",),
    "refunds": ("refund_id",),
    "reported_mrr": ("subscription_id",),
}


@pytest.fixture(scope="module")
def landed(tmp_path_factory):
    """The connector's tables for a landing: landing -> input -> rows; each landing is built once."""
    found = {}

    def build(landing):
        if landing not in found:
            company = Company(tmp_path_factory.mktemp(landing), "2026-06-30")
            shutil.copytree(FOLDER / landing, company.settings.raw / "stripe")
            found[landing] = built_twice(company, "stripe", KEYS)
        return found[landing]

    return build


@pytest.mark.parametrize(
    "case",
    nightly_but("fivetran", CASES, lambda case: case["landing"]),
    ids=[f"{case['landing']} {case['case']}" for case in CASES],
)
def test_a_landing_gives_what_was_worked_out_by_hand(landed, case):
    found = landed(case["landing"])
    for name in KEYS.keys() & case.keys():
        expected = [plain_row(row) for row in case[name]]
        keys = {tuple(row[key] for key in KEYS[name]) for row in expected}
        subscriptions = {row.get("subscription_id") for row in expected}
        rows = [plain_row(row) for row in found[name]]
        if name == "subscription_changes":
            # A connector leaves out nothing of a subscription and adds nothing.
            rows = [row for row in rows if row["subscription_id"] in subscriptions]
        elif name != "refunds":
            rows = [row for row in rows if tuple(row[key] for key in KEYS[name]) in keys]
        assert sorted(rows, key=repr_of(name)) == sorted(expected, key=repr_of(name)), case["why"]


def repr_of(name):
    """The order in which rows of an input are compared."""
    return lambda row: tuple(row[key] for key in KEYS[name])


@pytest.mark.parametrize("landing", nightly_but("fivetran", LANDINGS, str))
def test_what_was_never_service_is_left_out(landed, landing):
    """Test mode and first payments that never came stand in the data, and in no log."""
    text = "".join(file.read_text() for file in (FOLDER / landing).glob("*.jsonl"))
    assert '"sub_t8"' in text
    subscriptions = {row["subscription_id"] for row in landed(landing)["subscription_changes"]}
    assert not subscriptions & {"sub_t8", "sub_tt", "sub_t1_s16", "sub_t2_s16", "sub_t3_s16"}


@pytest.mark.parametrize(
    ("table", "hidden", "kept"),
    [
        (
            "id,Name,email,billing_address_city,currency\ncus_1,Ada,ada@example.com,London,gbp\ncus_2,Bob,bob@example.com,Paris,eur\n",
            ("cus_1", None, None, None, "gbp"),
            ("cus_2", "Bob", "bob@example.com", "Paris", "eur"),
        ),
        # A customer's id of another system stands beside the CRM's own, in a column or within what it holds as JSON.
        (
            "id,property_name,property_stripe_customer_id\n1,Ada,cus_1\n2,Bob,cus_2\n",
            (1, None, "cus_1"),
            (2, "Bob", "cus_2"),
        ),
        (
            'id;properties\n1;{"name": "Ada", "stripe_customer_id": "cus_1"}\n2;{"name": "Bob"}\n',
            (1, None),
            (2, '{"name": "Bob"}'),
        ),
    ],
)
def test_who_is_forgotten_does_not_come_back_from_a_vendors_table(tmp_path, table, hidden, kept):
    """Names and addresses of a customer that is forgotten are null in the view of a vendor's table; those of others are not."""
    path = tmp_path / "raw" / "stripe" / "customers.csv"
    path.parent.mkdir(parents=True)
    separator = ";" if ";" in table else ","
    path.write_text(
        "".join(
            f"{line}{separator}{'_fivetran_synced' if not number else '2026-06-30'}\n"
            for number, line in enumerate(table.splitlines())
        )
    )
    company = Company(tmp_path, "2026-06-30")
    with duckdb.connect() as connection:
        relation, selection, is_dated_by_file = landed_table(
            connection, company.settings, "stripe", path, "", {"cus_1"}
        )
        rows = connection.execute(f"select {', '.join(selection)} from {relation} order by all").fetchall()
    assert not is_dated_by_file
    assert [tuple(map(str, row[: len(hidden)])) for row in rows] == [tuple(map(str, hidden)), tuple(map(str, kept))]


def test_who_is_forgotten_is_found_in_its_account():
    """An account's tables know a customer without the prefix; another account's customer of the same id is not the one."""
    variables = {"stripe_sources": [{"schema": "stripe"}, {"schema": "stripe_us", "prefix": "us_"}]}
    assert known_within({"us_cus_1", "cus_2"}, variables, "stripe", "us_") == {"cus_1"}
    assert known_within({"us_cus_1", "cus_2"}, variables, "stripe", "") == {"us_cus_1", "cus_2"}
    # A CRM may hold either.
    assert known_within({"us_cus_1"}, variables, "hubspot", "") == {"us_cus_1", "cus_1"}
    assert known_within({"cus_1"}, {}, "stripe", "") == {"cus_1"}
