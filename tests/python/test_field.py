"""Companies as the field has them: random ones against a calculation of its own, and cases worked out by hand.

A hand case (field_cases.txt) is a name, rows of the log, at times accounts, and what is right: after `>` MRR from a month of 2025 on,
the movements by month, and the months in service without MRR. A row is `customer/subscription/item instant status price`, where an
empty name is that of the case and `+x` the case's with x behind it.
"""

from collections import defaultdict
from datetime import date, datetime
from pathlib import Path

import ledgers
import pytest
from conftest import Company, built, rows_of
from field_ledger import FieldLedger
from field_oracle import Oracle
from ledgers import change, customer, plan

LOADED = {"loaded_at": datetime(2025, 12, 31, 12)}
COLUMNS = {
    "off": "discount_rate", "less": "discount_amount", "until": "discount_ends_at", "kind": "discount_kind", "seats": "quantity",
    "seq": "change_sequence", "from": "migrated_from_subscription_id", "plan": "plan_id", "tax": "included_tax_rate",
    "per": "billing_interval", "every": "interval_count", "in": "currency", "loaded": "loaded_at",
}  # fmt: skip
NUMBERS = {"discount_rate", "discount_amount", "quantity", "change_sequence", "included_tax_rate", "interval_count"}
PLANS = [
    plan("basic"),
    plan("pro", unit_amount=200, tier_rank=2),
    plan("free", unit_amount=0),
    plan("nolist", unit_amount=None),
    plan("suiteA", product_name="A"),
    plan("suiteB", product_name="B"),
    plan("extra", product_name="Extra", product_type="add_on", unit_amount=20),
    plan("help", product_name="Help", product_type="service"),
    plan("off", product_name="Off", product_type="discount", unit_amount=-30),
]
# One euro is 1 dollar in 2024 and at the end of month m of 2025 1 + m / 10.
RATES = [{"currency": "EUR", "rate_date": date(2024, 1, 1), "rate": 1.0}]
RATES += [{"currency": "EUR", "rate_date": date(2025, month, 20), "rate": 1 + month / 10} for month in range(1, 13)]


def instant(text):
    return datetime.fromisoformat(text if text[4] == "-" else f"2025-{text}")


def value(column, text):
    if text == "none":
        return None
    if column.endswith(("_at", "_ends_at")):
        return instant(text)
    return float(text) if column in NUMBERS else text == "True" if column.startswith("is_") else text


def row_of(line, case):
    who, when, status, *rest = line.split()
    names = [case + name[1:] if name.startswith("+") else name for name in who.strip(".").split("/")]
    account = names[0] or case
    subscription = (names[1:2] or [""])[0] or account
    columns = {
        COLUMNS[key]: value(COLUMNS[key], text) for key, text in (part.split("=") for part in rest if "=" in part)
    }
    price = [float(part) for part in rest if "=" not in part]
    columns = LOADED | {"item_id": (names[2:] or [""])[0] or subscription} | columns
    return change(
        account, instant(when).isoformat(), status, *(price or [None]), subscription_id=subscription, **columns
    )


class Cases:
    """The hand cases of one file, as tables and as what must come of them."""

    def __init__(self, text):
        self.log, self.accounts, self.right = [], {}, {}
        for block in ("\n" + text).split("\n# ")[1:]:
            case, *lines = block.splitlines()
            for line in map(str.strip, lines):
                if line.startswith("account "):
                    _, name, *columns = line.split()
                    self.accounts[name] = {key: value(key, text) for key, text in (part.split("=") for part in columns)}
                elif line.startswith(">"):
                    name, _, said = line[2:].rpartition(": ") if ": " in line.split("|")[0] else (case, "", line[2:])
                    self.right[name] = self.said(*said.split(" | "))
                elif line:
                    self.log.append(row_of(line, case))
        names = self.right | self.accounts
        self.tables = {
            "customers": [customer(name) | LOADED | self.accounts.get(name, {}) for name in names],
            "plans": [row | LOADED for row in PLANS],
            "subscription_changes": self.log,
            "exchange_rates": [row | LOADED for row in RATES],
        }

    @staticmethod
    def said(levels, moves, free=""):
        changes = {
            int(month): float(amount) for month, amount in (part.split(":") for part in levels.split() if ":" in part)
        }
        mrr, amount = {}, 0.0
        for month in range(1, 13):
            mrr[month] = amount = changes.get(month, amount)
        moved = {
            (int(month), kind): float(amount)
            for month, kind, amount in (m.split() for m in moves.split(", ") if m != "-")
        }
        served = {month for month in mrr if mrr[month]} | {int(month) for month in free.split()[1:]}
        return mrr, moved, served


CASES = Path(__file__).with_name("field_cases.txt").read_text()
UTC_CASES, TOKYO_CASES = (Cases(part) for part in CASES.split("\n## in Asia/Tokyo\n"))


def company_of(folder, tables, zone, as_of=date(2025, 12, 31)):
    company = Company(folder, as_of.isoformat())
    ledgers.write(company.settings.raw, tables)
    return built(company, "customer_months", "mrr_movements", variables=f"{{reporting_time_zone: {zone}}}")


def found(company):
    """Of each customer: MRR and service by month, and movements by month and type."""
    months, moved = defaultdict(dict), defaultdict(lambda: defaultdict(dict))
    for name, month, amount, served in rows_of(
        company, "select customer_id, activity_month, mrr_amount, is_active from marts.customer_months"
    ):
        months[name][month] = (float(amount), served)
    query = (
        "select customer_id, activity_month, movement_type, sum(movement_amount) from marts.mrr_movements group by all"
    )
    for name, month, kind, amount in rows_of(company, query):
        moved[name][month][kind] = float(amount)
    return months, moved


@pytest.fixture(scope="module")
def hand_companies(tmp_path_factory):
    return [
        found(company_of(tmp_path_factory.mktemp(zone.replace("/", "_")), cases.tables, zone))
        for zone, cases in (("UTC", UTC_CASES), ("Asia/Tokyo", TOKYO_CASES))
    ]


def cases_of(index, cases):
    return [pytest.param(index, name, right, id=name) for name, right in cases.right.items()]


@pytest.mark.parametrize(("index", "name", "right"), [*cases_of(0, UTC_CASES), *cases_of(1, TOKYO_CASES)])
def test_a_case_of_the_field_is_as_worked_out_by_hand(hand_companies, index, name, right):
    months, moved = hand_companies[index]
    mrr, moves, served = right
    assert {m: months[name].get(date(2025, m, 1), (0.0,))[0] for m in mrr} == pytest.approx(mrr, abs=1e-6)
    is_found = {
        (day.month, kind): x for day, kinds in moved[name].items() if day.year == 2025 for kind, x in kinds.items()
    }
    assert is_found == pytest.approx(moves, abs=1e-6)
    assert {day.month for day, (_, is_served) in months[name].items() if is_served and day.year == 2025} == served


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("seed", "zone", "as_of"), [(1, "UTC", date(2025, 12, 31)), (7, "America/Los_Angeles", date(2025, 11, 17))]
)
def test_a_random_company_of_the_field_is_as_calculated(tmp_path, seed, zone, as_of):
    ledger = FieldLedger(seed, 100, zone, as_of)
    oracle = Oracle(ledger.tables, ledger.zone, as_of)
    assert len(oracle.silent) < len(oracle.customers) / 2
    months, moved = found(company_of(tmp_path, ledger.tables, zone, as_of))
    assert set(months) <= set(oracle.customers)
    differences = []
    for name, right in oracle.customers.items():
        for month, end in oracle.months:
            amount, served = months[name].get(month, (0.0, False))
            if amount != pytest.approx(float(right[month]["mrr"]), rel=1e-8, abs=1e-5):
                differences.append((name, month, "MRR", float(right[month]["mrr"]), amount))
            if end >= oracle.silent.get(name, datetime.max):
                continue
            moves = {kind: float(x) for kind, x in right[month]["moved"].items() if abs(x) > 1e-6}
            if served != right[month]["is_active"] or moved[name][month] != pytest.approx(moves, rel=1e-6, abs=1e-3):
                differences.append((name, month, right[month]["is_active"], moves, served, moved[name][month]))
    assert not differences, differences[:20]
