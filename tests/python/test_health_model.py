"""Learned weights, end to end: companies whose one cause of churn is known, and one whose churn nothing predicts."""

import re
import shutil
from datetime import datetime

import cause_ledger
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from conftest import Company, built, columns_of, rows_of
from test_health import area

from customer_value.settings import PROJECT

AS_OF = "2025-11-30"


def cause_company(folder, cause, **drawn):
    home = Company(folder, AS_OF)
    cause_ledger.write_company(home.settings.raw, cause, seed=3, **drawn)
    return built(
        home, "health_model", "customer_health_months", "customer_health_signals", "health_backtest", "health_alerts"
    )


def delete_after(raw, day):
    """Delete all that happened from a day on; a ticket that was resolved later is open."""
    happened = {"subscription_changes": "changed_at", "support_tickets": "opened_at", "usage_events": "occurred_at"}
    for name, column in happened.items():
        path = raw / f"{name}.parquet"
        table = pq.read_table(path)
        table = table.filter(pc.less(table[column], datetime.fromisoformat(day)))
        if name == "support_tickets":
            resolved = table["resolved_at"]
            later = pc.greater_equal(resolved, datetime.fromisoformat(day))
            open_still = pc.if_else(later, pa.scalar(None, resolved.type), resolved)
            table = table.set_column(table.column_names.index("resolved_at"), "resolved_at", open_still)
        pq.write_table(table, path)


def learner_area(company, first_month):
    """The area under the curve, from a month on, of a logistic regression on the cases that were known before it.

    On the scores of our own signals, a mean where one is not known, and on whether they are known; all cases of all months.
    """
    cases = columns_of(
        company,
        f"""
        select
            o.customer_id, o.activity_month, any_value(o.has_churned) as has_churned,
            any_value(o.horizon_date < date '{first_month}') as is_earlier,
            any_value(o.activity_month >= date '{first_month}') as is_later,
            list(coalesce(s.score, 50) / 100 order by s.signal_name) as scores,
            list(cast(s.score is not null as double) order by s.signal_name) as known
        from intermediate.int_health_outcomes o
        join (
            from (select customer_id, activity_month, columns('_score$') from intermediate.int_health_signals)
            unpivot include nulls (score for signal_name in (columns('_score$')))
        ) s using (customer_id, activity_month)
        where o.is_observed
        group by o.customer_id, o.activity_month
        """,
    )
    count = len(cases["has_churned"])
    values = np.array([list(row) for row in cases["scores"]] + [list(row) for row in cases["known"]], float)
    values = np.hstack([np.ones((count, 1)), values[:count], values[count:]])
    churned = cases["has_churned"].astype(float)
    earlier = cases["is_earlier"].astype(bool)
    slopes, penalty = np.zeros(values.shape[1]), np.eye(values.shape[1])
    for _ in range(12):
        chances = 1 / (1 + np.exp(-values[earlier] @ slopes))
        slope = values[earlier].T @ (churned[earlier] - chances) - penalty @ slopes
        curvature = (values[earlier].T * (chances * (1 - chances))) @ values[earlier] + penalty
        slopes = slopes + np.linalg.solve(curvature, slope)
    later = cases["is_later"].astype(bool)
    return area((values @ slopes)[later], cases["has_churned"][later])


def shown_area(company, first_month):
    cases = columns_of(
        company,
        "select -health_score as risk, has_churned from intermediate.int_health_outcomes "
        f"where is_observed and activity_month >= date '{first_month}'",
    )
    return area(cases["risk"], cases["has_churned"])


def calibration_error(company, first_month):
    """The mean distance of said and seen churn, over tenths of the cases by what was said."""
    ((error,),) = rows_of(
        company,
        f"""
        with tenths as (
            select o.has_churned, p.churn_probability, ntile(10) over (order by p.churn_probability, o.customer_id) as tenth
            from intermediate.int_health_outcomes o
            join intermediate.int_churn_probabilities p using (activity_month, is_bound, score_step)
            where o.is_observed and o.activity_month >= date '{first_month}'
        ), errors as (
            select abs(avg(churn_probability) - avg(cast(has_churned as int))) as error from tenths group by tenth
        )
        select avg(error) from errors
        """,
    )
    return float(error)


def tells_as_much_as_a_learner(company):
    assert shown_area(company, "2025-01-01") > learner_area(company, "2025-01-01") - 0.02
    assert calibration_error(company, "2025-01-01") < 0.04


@pytest.fixture(scope="module")
def seats(tmp_path_factory):
    return cause_company(tmp_path_factory.mktemp("seats"), "seats_collapse")


def test_a_cause_is_learned(seats):
    tells_as_much_as_a_learner(seats)
    assert shown_area(seats, "2025-01-01") > 0.56
    ((signal, share, low, weight, high),) = rows_of(
        seats,
        "select signal_name, explanation_rate, learned_weight_low, learned_weight, learned_weight_high "
        "from marts.health_model order by fit_month desc, learned_weight desc limit 1",
    )
    assert signal == "seat_activation" and share > 0.7 and low < weight < high
    assert rows_of(seats, "select distinct score_method from marts.customer_health") == [("learned",)]


def test_learned_deductions_and_score_sum_to_100(seats):
    sums = rows_of(
        seats,
        "select health_score + sum(points_lost) from marts.customer_health join marts.customer_health_signals "
        "using (customer_id) where health_score is not null group by customer_id, health_score",
    )
    assert len(sums) > 300 and max(total for (total,) in sums) < 100.000001


def rates_by_status(company):
    """Of each half-year the share of red, amber and green that churned; none for a band that held fewer than 100 cases."""
    found = rows_of(
        company,
        "select period_name, split_value, churn_rate from marts.health_backtest "
        "where split_name = 'status' and period_name <> 'all' and case_count >= 100",
    )
    halves = {}
    for half, status, rate in found:
        halves.setdefault(half, {})[status] = rate
    return {
        half: [rates[status] for status in ("red", "amber", "green") if status in rates]
        for half, rates in halves.items()
    }


def test_bands_churn_in_their_order(seats):
    rates = rates_by_status(seats)
    assert len(rates) >= 4
    assert all(halves == sorted(halves, reverse=True) for half, halves in rates.items() if half > "2024 H1"), rates


@pytest.mark.nightly
@pytest.mark.parametrize("is_deleted", [False, True])
def test_the_learned_past_does_not_change(seats, tmp_path, is_deleted):
    """A run as of an earlier day, and one from which later rows are gone, learned and showed the same of the months before."""
    past = "select * from {} where {} < date '2025-06-01' order by all"
    queries = [past.replace("*", "* exclude (is_latest_fit)").format("marts.health_model", "fit_month")]
    queries += [past.format("marts.customer_health_months", "activity_month")]
    then = Company(tmp_path, "2025-06-14")
    shutil.copytree(seats.settings.raw, then.settings.raw)
    if is_deleted:
        delete_after(then.settings.raw, "2025-06-15")
    built(then, "health_model", "customer_health_months")
    for query in queries:
        rows = rows_of(then, query)
        assert rows == rows_of(seats, query) and len(rows) > 30


@pytest.mark.nightly
def test_churn_at_random_is_not_learned(tmp_path):
    company = cause_company(tmp_path, "none")
    assert 0.47 < shown_area(company, "2025-01-01") < 0.53
    assert calibration_error(company, "2025-01-01") < 0.04
    # From when enough is known of churn nobody is called red, and no downgrade opens an alert.
    assert rows_of(company, "select count(*) from marts.customer_health_months where health_status = 'red'") > [(0,)]
    query = "select count(*) from marts.customer_health_months where health_status = 'red' and activity_month >= date '2024-04-01'"
    assert rows_of(company, query) == [(0,)]
    assert rows_of(company, "select count(*) from marts.health_alerts") == [(0,)]


@pytest.mark.nightly
def test_two_events_a_month_open_no_flood_of_alerts(tmp_path):
    """Fewer than one customer in ten a month, followed by churn at twice the usual rate, or none."""
    company = cause_company(tmp_path, "usage_fades", events_a_month=2)
    ((alerts, true, suppressed, months),) = rows_of(
        company,
        "select (select count(*) from marts.health_alerts), (select count(churned_date) from marts.health_alerts), "
        "suppressed_alert_count, case_count from marts.health_backtest where period_name = 'all' and split_name = 'all'",
    )
    assert suppressed > 500
    assert alerts < months / 10 and (alerts == 0 or true / alerts > 0.2)
    rates = rates_by_status(company)
    assert all(halves == sorted(halves, reverse=True) for half, halves in rates.items() if half > "2024 H1"), rates


@pytest.mark.nightly
@pytest.mark.parametrize("cause", ["usage_fades", "urgent_ticket", "price_rise", "all"])
def test_causes_are_learned(tmp_path, cause):
    tells_as_much_as_a_learner(cause_company(tmp_path, cause))


@pytest.mark.nightly
def test_each_signal_learns_its_cause(tmp_path):
    """Six more causes at once: the signals of these causes explain nearly all that is learned, and none of them nothing."""
    company = cause_company(tmp_path, "others", hazard=0.02, factor=8)
    tells_as_much_as_a_learner(company)
    shares = dict(
        rows_of(
            company, "select signal_name, explanation_rate from marts.health_model where fit_month = date '2025-10-01'"
        )
    )
    found = {name: float(shares[name]) for name in cause_ledger.OTHER_CAUSES.values()}
    assert min(found.values()) > 0.05 and sum(found.values()) > 0.85, shares


@pytest.mark.nightly
def test_a_model_of_your_own_learns_from_the_training_set(demo, capsys):
    """The example of the documentation, where scikit-learn is installed."""
    pytest.importorskip("sklearn")
    text = (PROJECT / "docs" / "metrics.md").read_text()
    (example,) = re.findall(r"### Models of your own\n.*?```python\n(.*?)```", text, re.DOTALL)
    exec(example.replace("data/published", str(demo.settings.published)), {})
    areas = dict(line.split() for line in capsys.readouterr().out.splitlines())
    assert all(0.6 < float(areas[name]) < 0.95 for name in ("model", "score", "probability"))
