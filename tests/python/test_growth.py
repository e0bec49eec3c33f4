"""The growth desk, end to end, against answers that were not computed by the models."""

import contract_ledger
import ledgers
import pytest
from conftest import Company, built, rows_of


@pytest.fixture(scope="module")
def contracts(tmp_path_factory):
    """A random company of contracts, built, with its terms as they were decided."""
    company = Company(tmp_path_factory.mktemp("contracts"), contract_ledger.AS_OF.isoformat())
    decided = contract_ledger.Contracts(seed=5)
    ledgers.write(company.settings.raw, decided.tables)
    built(company, "contract_renewals")
    return company, decided


def test_terms_are_those_that_were_decided(contracts):
    company, decided = contracts
    found = rows_of(
        company,
        "select subscription_id, term_started_date, renewal_date, last_notice_date, over_date, renewal_outcome "
        "from marts.contract_renewals",
    )
    assert sorted(found, key=repr) == sorted(decided.terms, key=repr)
    outcomes = {outcome for *_, outcome in decided.terms}
    assert outcomes == {"renewed", "renewed_larger", "renewed_smaller", "moved", "lost", None}


def test_a_term_that_renews_today_is_over(contracts):
    company, _ = contracts
    rows = rows_of(
        company,
        "select is_running, days_left from marts.contract_renewals where renewal_date = as_of_date or term_started_date = as_of_date",
    )
    assert {running for running, _ in rows} == {True, False}
    assert all(days is None or days > 27 for _, days in rows)


def test_seats_are_offered_to_whom_they_are_full(demo):
    """Counted from the raw events, whatever the models make of them."""
    full = rows_of(
        demo,
        """
        with used as (
            select c.canonical_customer_id as customer_id, count(distinct e.user_id) as user_count
            from raw.usage_events e anti join staging.base_rejected_usage_events using (event_id, loaded_at)
                join staging.stg_customers c using (customer_id),
                staging.run_settings s
            where e.occurred_at >= s.as_of_end_at - interval 28 day and e.occurred_at < s.as_of_end_at
            group by 1
        ),
        bought as (
            select customer_id, sum(quantity) as seat_count from intermediate.int_subscription_items
            where mrr_amount > 0 and product_type = 'core' group by 1
        )
        select b.customer_id from bought b join used u using (customer_id) join marts.customer_segments h using (customer_id)
        where u.user_count >= 0.8 * b.seat_count and h.health_status in ('green', 'amber') and not h.is_in_trouble
        """,
    )
    offered = demo.rows("select customer_id from marts.expansion_candidates where expansion_kind = 'more_seats'")
    assert sorted(full) == sorted(offered) and len(full) > 10


def test_each_customer_is_in_one_stage_a_month(demo):
    (row,) = demo.rows(
        """
        select count(*), count(distinct (customer_id, activity_month)),
            count(*) filter (where m.is_active and funnel_stage not in ('customer', 'repeat_buyer', 'profit_maximiser', 'returned'))
        from marts.customer_lifecycle l left join marts.customer_months m using (customer_id, activity_month)
        """
    )
    assert row[0] == row[1] and row[2] == 0
    stages = {stage for (stage,) in demo.rows("select distinct funnel_stage from marts.customer_lifecycle")}
    assert len(stages) == 8


def test_four_inputs_are_enough(random_company):
    """What cannot be known is empty, the marts are there."""
    tables = [
        "contract_renewals",
        "expansion_candidates",
        "customer_lifecycle",
        "lifecycle_funnel",
        "onboarding_cohorts",
    ]
    counts = {table: random_company.rows(f"select count(*) from marts.{table}")[0][0] for table in tables}
    assert counts["contract_renewals"] > 0 and counts["customer_lifecycle"] > 0 and counts["lifecycle_funnel"] > 0
    assert counts["onboarding_cohorts"] == 0
