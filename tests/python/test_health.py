"""Health: it looks at nothing that came later, and it tells who will leave, where anything can."""

import shutil

import duckdb
import pytest
import usage_ledger
from conftest import Company, built, columns_of, rows_of

from customer_value.cli import main

MONTH = "2026-03-01"
PAST = f"select * from marts.customer_health_months where activity_month <= date '{MONTH}' order by all"
LATER = f"select * from marts.customer_health_months where activity_month > date '{MONTH}' order by all"

# What happened or was loaded after March: rows dated later, rows of March that came later, and corrections.
LATE_ROWS = {
    "usage_events": [
        "* replace ('late1' || event_id as event_id, occurred_at + interval 40 day as occurred_at, "
        "loaded_at + interval 40 day as loaded_at)",
        "* replace ('late2' || event_id as event_id, timestamp '2026-05-02 03:00:00' as loaded_at)",
    ],
    "support_tickets": [
        "* replace ('late1' || ticket_id as ticket_id, 'urgent' as priority, timestamp '2026-04-01' as opened_at, "
        "null as resolved_at, timestamp '2026-04-02' as loaded_at)",
        "* replace ('late2' || ticket_id as ticket_id, 'urgent' as priority, timestamp '2026-03-10' as opened_at, "
        "null as resolved_at, timestamp '2026-04-20' as loaded_at)",
        "* replace ('low' as priority, timestamp '2026-04-20' as loaded_at)",
    ],
    "nps_responses": [
        "* replace ('late1' || response_id as response_id, 0 as score, timestamp '2026-04-01' as sent_at, "
        "timestamp '2026-04-01' as responded_at, timestamp '2026-04-02' as loaded_at)",
        "* replace ('late2' || response_id as response_id, 0 as score, timestamp '2026-03-20' as sent_at, "
        "timestamp '2026-03-20' as responded_at, timestamp '2026-04-20' as loaded_at)",
        "* replace (10 - score as score, timestamp '2026-04-20' as loaded_at)",
    ],
}


def test_what_came_later_changes_no_past_month(demo, tmp_path):
    company = Company(tmp_path / "home", "")
    shutil.copytree(demo.home, company.home)
    past, later = rows_of(company, PAST), rows_of(company, LATER)
    assert len(past) > 800
    with duckdb.connect() as connection:
        for name, changes in LATE_ROWS.items():
            files = company.settings.raw / name
            source = f"{files}/*.parquet" if files.is_dir() else f"{files}.parquet"
            # Of one customer in five, rows loaded by the end of March.
            rows = (
                f"from '{source}' where hash(customer_id) % 5 = 0 and loaded_at < timestamp '2026-04-01' "
                "and loaded_at >= timestamp '2026-03-01'"
            )
            added = " union all ".join(f"select {change} {rows}" for change in changes)
            connection.execute(f"create table {name} as from '{source}' union all {added}")
            assert connection.execute(f"select count(*) {rows}").fetchone()[0] > 5
        for name in LATE_ROWS:
            files = company.settings.raw / name
            if files.is_dir():
                shutil.rmtree(files)
                files.mkdir()
            target = files / "all.parquet" if files.is_dir() else f"{files}.parquet"
            connection.execute(f"copy {name} to '{target}' (format parquet)")
    assert company.cli("load").returncode == 0
    built(company, "customer_health_months")
    assert rows_of(company, PAST) == past
    assert rows_of(company, LATER) != later


def test_an_earlier_run_saw_the_same_past(demo, tmp_path):
    then = Company(tmp_path, "2026-04-14")
    then.settings.raw.symlink_to(demo.settings.raw)
    built(then, "customer_health_months")
    past = rows_of(then, PAST)
    assert past == rows_of(demo, PAST) and len(past) > 800


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """The demonstration company in full."""
    home = Company(tmp_path_factory.mktemp("company"), "")
    assert main(["generate", "--raw", str(home.settings.raw)]) == 0
    return built(home, "health_backtest", "health_alerts")


def area(risk, churned):
    """The area under the ROC curve, by counting pairs through ranks."""
    with duckdb.connect() as connection:
        cases = {"risk": risk, "churned": churned}  # noqa: F841 - read by the query below
        (auc,) = connection.execute(
            "with ranked as (select churned, rank() over (order by risk) + (count(*) over (partition by risk) - 1) / 2 as r "
            "from cases) select (sum(r) filter (churned) - count(*) filter (churned) * (count(*) filter (churned) + 1) / 2) "
            "/ (count(*) filter (churned) * count(*) filter (not churned)) from ranked"
        ).fetchone()
    return auc


def test_red_leaves_more_than_amber_and_amber_more_than_green(company):
    halves = rows_of(
        company,
        "select max(churn_rate) filter (split_value = 'red'), max(churn_rate) filter (split_value = 'amber'), "
        "max(churn_rate) filter (split_value = 'green') from marts.health_backtest where split_name = 'status' "
        "group by period_name",
    )
    assert len(halves) >= 6
    for red, amber, green in halves:
        assert red > amber > green, (red, amber, green)


def test_health_tells_what_the_truth_allows(company):
    """Who knew each customer's true chance to leave, and when its terms renew, could rank no better."""
    truth = columns_of(
        company,
        """
        select
            o.has_churned, h.churn_probability as hazard,
            1 - power(1 - h.churn_probability, count(*) filter (
                s.started_date + to_months(cast(k * s.renewal_months as int)) between o.scored_date + 1 and o.horizon_date
            )) as known_risk
        from intermediate.int_health_outcomes o
        join '{truth}/customers.parquet' h using (customer_id)
        join intermediate.int_service_spells s
            on s.customer_id = o.customer_id and s.started_date <= o.scored_date
            and coalesce(s.ended_date > o.scored_date, true)
        cross join range(1, 61) r (k)
        where o.is_observed
        group by o.customer_id, o.activity_month, o.has_churned, h.churn_probability
        """,
    )
    ((auc, low, high, probability_auc, precision, recall, lead),) = rows_of(
        company,
        "select auc, auc_low, auc_high, probability_auc, alert_precision_rate, alert_recall_rate, median_lead_days "
        "from marts.health_backtest where period_name = 'all' and split_name = 'all'",
    )
    # The score does not know when terms renew, the probability does.
    assert auc > area(truth["hazard"], truth["has_churned"]) - 0.03
    assert probability_auc > area(truth["known_risk"], truth["has_churned"]) - 0.03
    assert 0.01 < high - auc < 0.05 and 0.01 < auc - low < 0.05
    assert lead >= 21 and precision > 0.15 and recall > 0.3


def test_the_area_is_that_of_counting_pairs(company):
    cases = columns_of(
        company, "select -health_score as risk, has_churned from intermediate.int_health_outcomes where is_observed"
    )
    ((auc,),) = rows_of(
        company, "select auc from marts.health_backtest where period_name = 'all' and split_name = 'all'"
    )
    assert float(auc) == pytest.approx(area(cases["risk"], cases["has_churned"]), abs=1e-8)


def test_probabilities_come_true(company):
    """Said before, by the cases known until then: of each half-year's churns as many as were expected, give or take."""
    halves = rows_of(
        company,
        "select churn_rate, expected_churn_rate from marts.health_backtest where split_name = 'all' "
        "and period_name >= '2025'",
    )
    assert len(halves) >= 3
    for actual, expected in halves:
        assert abs(float(expected) - float(actual)) < 0.25 * float(actual), (actual, expected)


def usage_company(folder, effect):
    home = Company(folder, "2025-12-20")
    usage_ledger.write_company(home.settings.raw, seed=5, effect=effect)
    return built(home, "health_backtest", "customer_health")


@pytest.mark.nightly
def test_usage_that_drives_churn_is_found(tmp_path):
    """Subscriptions and usage only: at least as good as recency and frequency, with the seeds as they are."""
    company = usage_company(tmp_path, effect=0.6)
    cases = columns_of(
        company,
        """
        with counts as (
            select
                o.customer_id, o.activity_month, o.has_churned, -o.health_score as risk, count(event_id) as frequency,
                date_diff('day', coalesce(max(e.occurred_at), min(o.scored_date) - 28), min(o.scored_date)) as recency
            from intermediate.int_health_outcomes o
            left join raw.usage_events e
                on e.customer_id = o.customer_id and e.occurred_at >= o.scored_date - 27 and e.occurred_at < o.scored_date + 1
            where o.is_observed
            group by o.customer_id, o.activity_month, o.has_churned, o.health_score
        )
        select
            has_churned, risk,
            percent_rank() over (order by recency) - percent_rank() over (order by frequency) as baseline_risk
        from counts
        """,
    )
    ((red,), (green,)) = rows_of(
        company,
        "select churn_rate from marts.health_backtest where period_name = 'all' and split_value in ('red', 'green') "
        "order by split_value desc",
    )
    auc = area(cases["risk"], cases["has_churned"])
    assert auc >= area(cases["baseline_risk"], cases["has_churned"]) > 0.62
    assert auc < 0.85 and red >= 3 * green


@pytest.mark.nightly
def test_churn_at_random_is_not_foretold(tmp_path):
    company = usage_company(tmp_path, effect=0)
    ((auc, low, high, probability_auc),) = rows_of(
        company,
        "select auc, auc_low, auc_high, probability_auc from marts.health_backtest "
        "where period_name = 'all' and split_name = 'all'",
    )
    assert low < 0.5 < high and abs(float(auc) - 0.5) < 0.04 and abs(float(probability_auc) - 0.5) < 0.05
    # Nor does the probability tell customers apart.
    ((spread, rate),) = rows_of(
        company,
        "select stddev(churn_probability_90d), avg(churn_probability_90d) from marts.customer_health "
        "where churn_probability_90d is not null",
    )
    assert spread < 0.2 * float(rate)
