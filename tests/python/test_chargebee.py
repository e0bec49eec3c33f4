"""Chargebee's data as loaders write them: the log, the plans, the lines and the customers that were worked out by hand.

chargebee_cases.json holds the tables of one company, nested as Airbyte and Singer taps write them and in tables of their own as
Fivetran does, and every row that must come of them. A subscription is a case.
"""

import json
from functools import partial
from pathlib import Path

import pytest
from conftest import Company, rows_of
from connector_rows import PREFIX, accounts_of, built_twice, map_plans, plain_row, variables_of

from customer_value.notes import stated_mrr
from customer_value.queries import rows_of as queried

COMPANY = json.loads((Path(__file__).parent / "chargebee_cases.json").read_text())
CASES = COMPANY["subscription_changes"]


def plain_rows(rows):
    """Rows without what is null or open, in one order."""
    return sorted(map(plain_row, rows), key=lambda row: json.dumps(row, sort_keys=True))


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """The folder of the company."""
    company = Company(tmp_path_factory.mktemp("chargebee"), "2026-06-30")
    folder = company.settings.raw / "chargebee"
    folder.mkdir(parents=True)
    for name, rows in COMPANY["tables"].items():
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    # By the item of p-m; old-m is of it too, and has a row of its own.
    map_plans(company, "chargebee,p,core,2,5", "all,p,core,9,9", "chargebee,old-m,add_on,,", "stripe,t-m,service,1,1")
    rates = "".join(f"{currency},2026-01-01,1,2026-06-30\n" for currency in ("EUR", "JPY", "KWD"))
    (company.settings.raw / "exchange_rates.csv").write_text("currency,rate_date,rate,loaded_at\n" + rates)
    return company


@pytest.fixture(scope="module")
def found(company):
    """What the connector makes of the company, in one build: input -> rows."""
    names = [name for name in COMPANY if name != "tables"]
    return {name: plain_rows(rows) for name, rows in built_twice(company, "chargebee", names, ["+vendor_mrr"]).items()}


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


def test_the_rules_of_the_comparison_with_chargebees_mrr_pass(company, found):
    finished = company.dbt(
        "test", "--select", "stg_reported_mrr,test_type:unit", "int_reported_mrr,test_type:unit", "vendor_mrr,test_type:unit",
        "--vars", variables_of(company, "chargebee", **accounts_of("chargebee")),
    )  # fmt: skip
    assert finished.returncode == 0, finished.stdout[-4000:]


def test_chargebees_mrr_is_ours_but_for_what_is_said(company, found):
    """Of the account of launch nothing is in force any more. Exchange rates are 1; the other account has the same amounts."""
    expected = [
        ("gross", 10, 10, None),
        ("late", 10, 10, None),
        ("launch", 100, 0, "ended"),
        ("leaving", 60, 60, None),
        ("resting", 0, 0, None),
        ("team", 75, 75, None),
        ("yen", 2300, 2300, None),
    ]
    rows = rows_of(
        company, "select subscription_id, vendor_mrr_amount, mrr_amount, cause from marts.vendor_mrr order by 1"
    )
    assert rows == sorted(expected + [(f"{PREFIX}{row[0]}", *row[1:]) for row in expected])
    # Said after a run, and by doctor. JPY and EUR count as dollars here.
    assert list(stated_mrr(partial(queried, company.settings.warehouse))) == [
        "MRR: chargebee states 5,110.00 for 14 subscriptions, ours is 4,910.00: ended -200.00. Each is in the mart vendor_mrr"
    ]
