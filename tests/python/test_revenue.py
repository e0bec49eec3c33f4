"""MRR, movements and cohorts, end to end, against answers that were not computed by the models."""

import random

import golden_ledger
import ledgers
import pytest
from conftest import Company, comparable


def test_golden_mrr(golden):
    published = {
        (customer_id, month): float(amount)
        for customer_id, month, amount in golden.rows(
            "select customer_id, strftime(activity_month, '%Y-%m'), mrr_amount from marts.customer_months"
        )
    }
    months = sorted({month for _, month in published})
    wrong = []
    for customer_id, steps in golden_ledger.EXPECTED_MRR.items():
        for month in months:
            expected = next((steps[start] for start in sorted(steps, reverse=True) if start <= month), 0)
            found = published.get((customer_id, month), 0)
            if abs(found - expected) > 0.0001:
                wrong.append((customer_id, month, expected, found))
    assert not wrong


def test_golden_movements(golden):
    named = {customer_id for customer_id, *_ in golden_ledger.EXPECTED_MOVEMENTS}
    found = golden.rows(
        "select customer_id, strftime(activity_month, '%Y-%m'), movement_type, movement_cause, "
        "cast(round(movement_amount, 4) as double) from marts.mrr_movements"
    )
    assert sorted(map(str, (row for row in found if row[0] in named))) == sorted(
        str((*row[:4], float(row[4]))) for row in golden_ledger.EXPECTED_MOVEMENTS
    )


def test_golden_running_month_and_intra_month(golden):
    monthly = {
        row[0]: row[1:]
        for row in golden.rows(
            "select strftime(activity_month, '%Y-%m'), is_partial_month, intra_month_subscription_count, "
            "intra_month_mrr_amount from marts.mrr_monthly"
        )
    }
    assert monthly["2025-12"][0] is True
    assert sum(partial for partial, *_ in monthly.values()) == 1
    assert monthly["2025-10"][1:] == (1, 70)
    # Of June the one of six hours; not what another, begun five minutes before its end, continues.
    assert monthly["2025-06"][1:] == (1, 100)


def test_golden_statuses(golden):
    found = dict(
        golden.rows("select customer_id, (customer_status, is_active, committed_mrr_amount::int) from marts.customers")
    )
    assert found["a1"] == ("paying", True, 150)
    assert found["a11"] == ("trial", False, 0)
    assert found["a18"] == ("paying", True, 0)
    assert found["a27_never"] == ("never_paid", False, 0)
    assert found["a27_free"] == ("free", False, 0)
    assert found["a28_raised"] == ("churned", False, 0)
    assert found["a34_old"] == found["a34_seller"] == ("transferred", False, 0)
    assert found["a34_new"] == ("paying", True, 120)
    assert found["a33"] == ("signed", False, 100)
    lost = {customer_id for (customer_id,) in golden.rows("select customer_id from marts.winback_candidates")}
    assert lost & found.keys() == {name for name, (status, *_) in found.items() if status == "churned"}
    assert golden.rows(
        "select status, committed_mrr_amount::int from marts.subscriptions where subscription_id = 'a33'"
    ) == [("signed", 100)]


def test_golden_planned_cancellation_is_shown(golden):
    (row,) = golden.rows(
        "select status, mrr_amount, strftime(cancel_requested_at, '%Y-%m-%d'), strftime(scheduled_end_at, '%Y-%m-%d') "
        "from marts.subscriptions where subscription_id = 'a18'"
    )
    assert row == ("active", 100, "2025-12-01", "2026-02-01")


def test_random_mrr_equals_the_independent_calculation(random_company, ledger):
    expected = ledger.expected_mrr()
    published = {
        (customer_id, month): amount
        for customer_id, month, amount in random_company.rows(
            "select customer_id, activity_month, mrr_amount from marts.customer_months where mrr_amount <> 0"
        )
    }
    assert len(expected) > 3000
    assert published.keys() == expected.keys()
    assert max(abs(float(published[key]) - float(expected[key])) for key in expected) < 1e-6


def test_random_service_equals_the_independent_calculation(random_company, ledger):
    published = set(
        random_company.rows("select customer_id, activity_month from marts.customer_months where is_active")
    )
    expected = ledger.expected_active()
    # Some are served without MRR.
    assert len(expected - ledger.expected_mrr().keys()) > 50
    assert published == expected


def test_random_identity_holds(random_company):
    (row,) = random_company.rows(
        """
        select count(*), max(abs(m.mrr_amount - m.opening_mrr_amount - coalesce(v.amount, 0)))
        from marts.customer_months m
        left join (
            select customer_id, activity_month, sum(movement_amount) as amount from marts.mrr_movements group by all
        ) v using (customer_id, activity_month)
        """
    )
    assert row[0] > 5000 and row[1] == 0


def test_random_triangle_equals_the_independent_calculation(random_company, ledger):
    expected = ledger.expected_triangle()
    published = {
        (cohort, age): (size, active, float(amount), float(logo), float(revenue))
        for cohort, age, size, active, amount, logo, revenue in random_company.rows(
            "select cohort_month, months_since_cohort, cohort_customer_count, active_customer_count, mrr_amount, "
            "logo_retention_rate, revenue_retention_rate from marts.cohort_retention where cohort_dimension = 'all'"
        )
    }
    assert published.keys() == expected.keys()
    for (cohort, age), (size, active, amount) in expected.items():
        found = published[cohort, age]
        assert found[:2] == (size, active), (cohort, age)
        assert abs(found[2] - float(amount)) < 1e-5
        assert abs(found[3] - active / size) < 1e-7
        assert abs(found[4] - float(amount / expected[cohort, 0][2])) < 1e-6


def test_random_garbage_is_rejected_and_nothing_else(random_company, ledger):
    keys = {
        "|".join(
            str(row[part]) if row[part] is not None else "" for part in ("subscription_id", "item_id", "changed_at")
        )
        for row in ledger.garbage
    }
    assert {key for (key,) in random_company.rows("select row_key from marts.rejected_rows")} == keys
    assert random_company.rows("select count(*) from marts.rejected_rows") == [(len(ledger.garbage),)]


@pytest.mark.nightly
def test_rebuilding_changes_nothing(random_company):
    before = random_company.marts()
    # No earlier publication is known; then there is one, and nothing has changed since.
    assert before["publication_changes"] == before["publication_digest"] == []
    after = random_company.run().marts()
    assert comparable(after) == comparable(before) and after["publication_changes"] == []
    assert random_company.rows(
        "select mrr_amount, mrr_change_amount, change_count from marts.publication_digest"
    ) == random_company.rows("select sum(mrr_amount), 0, 0 from marts.customers")


@pytest.mark.nightly
def test_shuffling_changes_nothing(random_company, ledger, tmp_path):
    before = random_company.marts()
    shuffled = Company(tmp_path, random_company.as_of)
    tables = {name: random.Random(1).sample(rows, len(rows)) for name, rows in ledger.tables.items()}
    ledgers.write(shuffled.settings.raw, tables)
    assert shuffled.run().marts() == before


def billed(customer_id, amount, first, last, kind="usage"):
    """A paid line on the 1st of each month from the month `first` to the month `last` of 2025, for the month before."""
    return [
        {
            "invoice_line_id": f"{customer_id}_{kind}_{month}",
            "customer_id": customer_id,
            "kind": kind,
            "issued_at": ledgers.at(f"2025-{month:02}-01"),
            "amount": amount,
            "currency": "USD",
            "status": "paid",
            "paid_at": ledgers.at(f"2025-{month:02}-01"),
        }
        for month in range(first, last + 1)
    ]


@pytest.fixture(scope="module")
def metered(tmp_path_factory):
    """A company that bills usage: each customer is named for its case."""
    company = Company(tmp_path_factory.mktemp("metered"), "2025-12-31")
    change, free = ledgers.change, {"plan_id": "metered", "unit_amount": 0}
    log = [
        change("alone", "2025-01-10", **free),
        change("fee", "2025-01-10", unit_amount=50),
        change("fee_ends", "2025-01-10", unit_amount=50),
        change("fee_ends", "2025-06-15", unit_amount=0),
        change("fee_begins", "2025-01-10", unit_amount=0),
        change("fee_begins", "2025-06-15", unit_amount=50),
        change("stops", "2025-01-10", **free),
        change("returns", "2025-01-10", **free),
        change("cancels", "2025-01-10", **free),
        change("cancels", "2025-09-10", "canceled", **free),
        change("cancels_fee", "2025-01-10", unit_amount=50),
        change("cancels_fee", "2025-09-10", "canceled", unit_amount=50),
        change("never", "2025-01-10", **free),
        change("seats", "2025-01-10"),
        change("seats_alone", "2025-01-10"),
    ]
    lines = [
        *billed("alone", 500, 2, 12),
        *billed("fee", 500, 2, 12),
        *billed("fee", 50, 2, 12, "recurring"),
        *billed("fee_ends", 500, 2, 12),
        *billed("fee_begins", 500, 2, 12),
        *billed("stops", 500, 2, 6),
        *billed("returns", 500, 2, 3),
        *billed("returns", 300, 10, 12),
        *billed("cancels", 500, 2, 10),
        *billed("cancels_fee", 500, 2, 10),
        *billed("seats", 100, 1, 12, "recurring"),
        *billed("no_log", 500, 2, 12),
    ]
    names = {row["customer_id"] for row in log + lines}
    plans = [ledgers.plan("basic"), ledgers.plan("metered", unit_amount=0)]
    tables = {"customers": [ledgers.customer(name) for name in names], "plans": plans}
    ledgers.write(company.settings.raw, tables | {"subscription_changes": log, "invoice_lines": lines})
    return company.run()


def test_who_is_billed_for_usage_pays_and_is_in_service(metered):
    found = {
        name: (status, active, int(mrr), usage if usage is None else int(usage), cohort and cohort.month)
        for name, status, active, mrr, usage, cohort in metered.rows(
            "select customer_id, customer_status, is_active, mrr_amount, usage_mrr_amount, cohort_month from marts.customers"
        )
    }
    assert found == {
        "alone": ("paying", True, 0, 500, 2),
        "fee": ("paying", True, 50, 500, 1),
        "fee_ends": ("paying", True, 0, 500, 1),
        "fee_begins": ("paying", True, 50, 500, 2),
        # Without usage it is on a free plan again: neither paying nor lost.
        "stops": ("free", False, 0, 0, 2),
        "returns": ("paying", True, 0, 300, 2),
        "cancels": ("churned", False, 0, 0, 2),
        "cancels_fee": ("churned", False, 0, 0, 1),
        "never": ("free", False, 0, None, None),
        "seats": ("paying", True, 100, 0, 1),
        "seats_alone": ("paying", True, 100, None, 1),
        # Billed without a subscription: no service that could go on or end.
        "no_log": ("never_paid", False, 0, None, None),
    }
    assert metered.rows(
        "select count(*) from marts.customers left join marts.customer_ltv using (customer_id) "
        "where customers.usage_mrr_amount is distinct from customer_ltv.usage_mrr_amount and customer_id not in ('never', 'no_log')"
    ) == [(0,)]


def test_usage_moves_customers_and_no_mrr(metered):
    found = metered.rows(
        "select customer_id, month(activity_month), movement_type, cast(mrr_amount - opening_mrr_amount as int) "
        "from marts.customer_months where movement_type is not null and customer_id not like 'seats%' order by all"
    )
    assert found == [
        ("alone", 2, "new", 0),
        ("cancels", 2, "new", 0),
        ("cancels", 9, "churn", 0),
        ("cancels_fee", 1, "new", 50),
        # The last bill comes after the end, and does not put it off.
        ("cancels_fee", 9, "churn", -50),
        ("fee", 1, "new", 50),
        ("fee_begins", 2, "new", 0),
        ("fee_begins", 6, "expansion", 50),
        ("fee_ends", 1, "new", 50),
        ("fee_ends", 6, "contraction", -50),
        ("returns", 2, "new", 0),
        ("returns", 5, "churn", 0),
        ("returns", 10, "reactivation", 0),
        ("stops", 2, "new", 0),
        # Billed on 1 June: within the last two months until the end of July.
        ("stops", 8, "churn", 0),
    ]
    (december,) = metered.rows(
        "select closing_mrr_amount::int, usage_mrr_amount::int, active_customer_count, paying_customer_count, arpa_amount::int "
        "from marts.mrr_monthly where activity_month = '2025-12-01'"
    )
    assert december == (300, 2300, 7, 4, 75)
    # Of the cohort that paid for usage alone, logos are kept and revenue retention is not known.
    assert metered.rows(
        "select cohort_customer_count, active_customer_count, revenue_retention_rate from marts.cohort_retention "
        "where cohort_dimension = 'all' and cohort_month = '2025-02-01' and activity_month = '2025-12-01'"
    ) == [(5, 3, None)]


def test_who_is_billed_for_usage_has_health_a_segment_and_a_future(metered):
    active = {"alone", "fee", "fee_ends", "fee_begins", "returns", "seats", "seats_alone"}
    for mart in ("customer_health", "customer_segments"):
        assert {name for (name,) in metered.rows(f"select customer_id from marts.{mart}")} == active, mart
    future = dict(metered.rows("select customer_id, expected_future_ltv_amount::int from marts.customer_ltv"))
    # What who only buys is worth is not known: too few do.
    assert {name for name, amount in future.items() if amount is None} == {"no_log"}
    assert {name for name, amount in future.items() if amount} == active
    assert future["fee"] > future["alone"] > future["seats"] and future["alone"] > future["returns"]
    lost = {name for (name,) in metered.rows("select customer_id from marts.winback_candidates")}
    assert lost == {"cancels", "cancels_fee"}
