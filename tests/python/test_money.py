"""From bills to money, end to end: refunds, voided and written-off lines, payers without bills, usage; by hand."""

from datetime import date
from decimal import Decimal

import duckdb
import pytest
from conftest import Company, built, rows_of, write_demo
from ledgers import at, change, customer, plan, write

AS_OF = "2025-12-31"


def line(line_id, customer_id, issued_at, amount=100, **columns):
    """A paid bill for the month from its issue."""
    issued = at(issued_at)
    end = issued.replace(year=issued.year + issued.month // 12, month=issued.month % 12 + 1)
    return {
        "invoice_line_id": line_id,
        "invoice_id": line_id,
        "customer_id": customer_id,
        "subscription_id": customer_id,
        "item_id": customer_id,
        "plan_id": "basic",
        "kind": "recurring",
        "issued_at": issued,
        "period_start_at": issued,
        "period_end_at": end,
        "amount": amount,
        "currency": "USD",
        "status": "paid",
        "paid_at": issued,
    } | columns


def refund(refund_id, line_id, refunded_at, amount, **columns):
    return {
        "refund_id": refund_id,
        "invoice_line_id": line_id,
        "refunded_at": at(refunded_at),
        "amount": amount,
        "currency": "USD",
    } | columns


def months(first, last, day=10):
    return [f"2025-{month:02}-{day:02}" for month in range(first, last + 1)]


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    home = tmp_path_factory.mktemp("money")
    found = Company(home, AS_OF)
    lines = [
        # 100 + 20, refunded in full a month later, the tax in proportion.
        line("refunded", "refunded", "2025-01-10", tax_amount=20, refunded_amount=100, refunded_at=at("2025-02-03")),
        # Two refunds, each in its month; the line itself says something else.
        line("twice", "twice", "2025-01-10", tax_amount=20, refunded_amount=90, refunded_at=at("2025-05-03")),
        # Voided in April, written off in May, recovered in July.
        line("void", "void", "2025-03-10", status="void", paid_at=None, voided_at=at("2025-04-02")),
        line("lost", "lost", "2025-03-10", status="uncollectible", paid_at=None, written_off_at=at("2025-05-02")),
        line("back", "back", "2025-03-10", written_off_at=at("2025-05-02"), paid_at=at("2025-07-02")),
        # By card until June, by wire from then on.
        *[line(f"mixed{day}", "mixed", day) for day in months(1, 6)],
        # A base fee of 50 and 500 of usage, billed on the 1st for the month before.
        *[line(f"fee{day}", "usage", day, 50) for day in months(1, 12)],
        *[
            line(f"use{day}", "usage", day, 500, kind="usage", period_start_at=None, period_end_at=None)
            for day in months(2, 12, day=1)
        ],
    ]
    log = [change(name, "2025-01-10") for name in ("wire", "mixed")]
    log += [change("usage", "2025-01-10", unit_amount=50)]
    # Bills without a subscription behind them, and one customer that left, so that there is a curve.
    log += [change("gone", "2025-01-10"), change("gone", "2025-04-10", "canceled")]
    names = ["refunded", "twice", "void", "lost", "back", "wire", "mixed", "usage", "gone"]
    write(
        found.settings.raw,
        {
            "customers": [customer(name) for name in names],
            "plans": [plan("basic")],
            "subscription_changes": log,
            "usage_events": [],
            "invoice_lines": lines,
            "refunds": [
                refund("r1", "twice", "2025-02-03", 30),
                refund("r2", "twice", "2025-03-03", 70, tax_amount=14),
            ],
        },
    )
    return built(found, "customer_ltv", "revenue_bridge")


def test_a_refund_goes_back_with_its_tax_in_its_month(company):
    rows = dict(
        rows_of(
            company,
            "select activity_month, refunded_amount from marts.revenue_bridge where refunded_amount <> 0",
        )
    )
    # February: 120 of one line, 30 + 6 of the other; March: 70 + 14.
    assert rows == {date(2025, 2, 1): Decimal(-156), date(2025, 3, 1): Decimal(-84)}
    ((collected, net),) = rows_of(
        company,
        "select sum(amount) filter (where line_event = 'paid'), sum(amount + tax_amount) filter (where line_event in "
        "('paid', 'refunded')) from intermediate.int_invoice_events where invoice_line_id in ('refunded', 'twice')",
    )
    assert (collected, net) == (200, 0)
    differences = "select activity_month, refund_difference_amount from marts.revenue_bridge"
    assert rows_of(company, f"{differences} where refund_difference_amount <> 0") == [(date(2025, 5, 1), Decimal(10))]


def test_a_closed_month_is_not_rewritten(company):
    """March invoiced 300 that are open then; each later month takes out what was voided, given up and paid in it."""
    columns = "open_amount, void_amount, uncollectible_amount, collected_amount - issued_in_another_month_amount"
    rows = rows_of(
        company,
        "select line_event, activity_month, sum(amount) from intermediate.int_invoice_events "
        "where invoice_line_id in ('void', 'lost', 'back') group by all order by all",
    )
    assert [(event, month.month, int(amount)) for event, month, amount in rows] == [
        ("issued", 3, 300),
        ("open", 3, -300),
        ("open", 4, 100),
        ("open", 5, 200),
        ("paid", 7, 100),
        ("uncollectible", 5, -200),
        ("uncollectible", 7, 100),
        ("void", 4, -100),
    ]
    found = rows_of(company, f"select month(activity_month), {columns} from marts.revenue_bridge order by 1")
    assert [[int(each) for each in row] for row in found if row[0] in (4, 5, 7)] == [
        [4, 100, -100, 0, 650],
        [5, 200, 0, -200, 650],
        [7, 0, 0, 100, 650],
    ]
    assert rows_of(company, "from marts.revenue_bridge where residual_amount <> 0") == []


def test_a_payer_without_bills_is_an_estimate(company):
    rows = rows_of(
        company,
        "select customer_id, collected_amount, estimated_amount, is_estimated, has_billing_history, historic_ltv_amount "
        "from marts.customer_ltv where customer_id in ('wire', 'mixed', 'usage') order by 1",
    )
    # By wire twelve bills are due. The other changed to it in July: to October, as November may be billed until 9 January.
    assert rows == [
        ("mixed", Decimal(1000), Decimal(400), True, True, Decimal(800)),
        ("usage", Decimal(6100), Decimal(0), False, True, Decimal(4880)),
        ("wire", Decimal(1200), Decimal(1200), True, False, Decimal(960)),
    ]


def test_the_future_counts_usage(company):
    rows = dict(
        (name, (mrr, usage, future))
        for name, mrr, usage, future in rows_of(
            company,
            "select customer_id, mrr_amount, usage_mrr_amount, expected_future_ltv_amount from marts.customer_ltv "
            "where is_active",
        )
    )
    assert rows["usage"][:2] == (50, 500) and rows["wire"][:2] == (100, None)
    # Both are of one age: eleven halves of the other's future.
    assert float(rows["usage"][2]) == pytest.approx(5.5 * float(rows["wire"][2]))
    assert rows["wire"][2] > 0


@pytest.mark.nightly
def test_amounts_of_eleven_digits_stay_exact(tmp_path):
    """A company in rupiah: a floating-point number cannot hold its totals to the eighth place."""
    company = Company(tmp_path, "")
    raw = company.settings.raw
    write_demo(raw)
    amounts = {
        "invoice_lines": ["amount", "discount_amount", "tax_amount", "refunded_amount", "refunded_tax_amount"],
        "refunds": ["amount", "tax_amount"],
        "plans": ["unit_amount"],
        "subscription_changes": ["unit_amount", "discount_amount"],
        "marketing_spend": ["amount"],
    }
    for name, columns in amounts.items():
        large = ", ".join(f"cast({column} * 100000 as double) as {column}" for column in columns)
        duckdb.execute(f"create or replace temp table scaled as select * replace ({large}) from '{raw}/{name}.parquet'")
        duckdb.execute(f"copy scaled to '{raw}/{name}.parquet' (format parquet)")
    company.run()
    assert company.summary["withheld"] == []
    assert rows_of(company, "select max(closing_mrr_amount) > 1e10 from marts.mrr_monthly") == [(True,)]
