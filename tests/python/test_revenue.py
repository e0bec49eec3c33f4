"""MRR, movements and cohorts, end to end, against answers that were not computed by the models."""

import random

import golden_ledger
import ledgers
from conftest import Company


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


def test_random_garbage_is_turned_away_and_nothing_else(random_company, ledger):
    keys = {
        "|".join(
            str(row[part]) if row[part] is not None else "" for part in ("subscription_id", "item_id", "changed_at")
        )
        for row in ledger.garbage
    }
    assert {key for (key,) in random_company.rows("select row_key from marts.rejected_rows")} == keys
    assert random_company.rows("select count(*) from marts.rejected_rows") == [(len(ledger.garbage),)]


def test_rebuilding_and_shuffling_change_nothing(random_company, ledger, tmp_path):
    before = random_company.marts()
    assert random_company.run().marts() == before
    shuffled = Company(tmp_path, random_company.as_of)
    tables = {name: random.Random(1).sample(rows, len(rows)) for name, rows in ledger.tables.items()}
    ledgers.write(shuffled.settings.raw, tables)
    assert shuffled.run().marts() == before
