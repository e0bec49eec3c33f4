"""The semantic layer: what MetricFlow answers is what stands in the marts."""

import csv
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from customer_value.settings import PROJECT


def metricflow(company, *arguments):
    """Run a command of MetricFlow on a company's warehouse, which it opens for writing."""
    finished = subprocess.run(
        [Path(sys.executable).with_name("mf"), *arguments],
        cwd=PROJECT,
        env=company.settings.environment(),
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 0, finished.stdout[-3000:] + finished.stderr[-2000:]
    return finished.stdout


# By saved query: the same from the marts, keys first.
# MetricFlow takes seven seconds to start: each push asks for the company, with rates, and for a dimension that the others lack.
PUSHED = {"company_by_month", "revenue_by_plan"}
ANSWERS = {
    "company_by_month": """
        select
            activity_month, closing_mrr_amount as mrr, active_customer_count as paying_customers, arpa_amount as arpa,
            nrr_rate as nrr, grr_rate as grr, nrr_12m_rate as nrr_12m, grr_12m_rate as grr_12m, logo_churn_rate as logo_churn
        from marts.mrr_monthly
    """,
    "customers_by_health": """
        select
            health_status, segment_name, count(*) as customers, sum(mrr_amount) as customer_mrr,
            sum(value_at_risk_amount) as value_at_risk
        from marts.customers
        where is_active
        group by all
    """,
    "acquisition_by_channel": """
        select
            acquisition_channel, sum(spend_amount) as acquisition_spend, sum(new_customer_count) as won_customers,
            sum(spend_amount) / nullif(sum(new_customer_count) filter (where spend_amount is not null), 0) as cac,
            sum(ltv_amount * new_customer_count) filter (where spend_amount is not null)
            / nullif(sum(spend_amount), 0) as ltv_cac
        from marts.unit_economics
        group by all
    """,
    "nps_by_month": """
        select activity_month, nps_score as nps, response_count as nps_answer_count
        from marts.nps_monthly
        where nps_window = 'month' and nps_dimension = 'all' and response_count > 0
    """,
    "revenue_by_plan": """
        select
            activity_month, dimension_value, closing_mrr_amount as dimension_mrr, nrr_rate as dimension_nrr,
            logo_churn_rate as dimension_logo_churn, expansion_mrr_amount as dimension_expansion_mrr, nrr_12m_rate as dimension_nrr_12m
        from marts.mrr_by_dimension_monthly
        where dimension_name = 'plan'
    """,
    "churn_by_kind": """
        select activity_month, churn_kind, count(*) as departures, sum(churned_mrr_amount) as departed_mrr
        from marts.churn_events
        group by all
    """,
    "months_ahead": """
        select forecast_month, forecast_mrr_amount as forecast_mrr, committed_mrr_amount as committed_mrr, expected_cash
        from marts.mrr_forecast
        full join (
            select forecast_month, sum(expected_cash_amount) as expected_cash from marts.expected_cash_monthly group by 1
        ) using (forecast_month)
    """,
    "trials_by_channel": """
        select
            acquisition_channel, sum(trial_count) as trials, sum(converted_count) as converted_trials,
            sum(converted_count) / nullif(sum(trial_count - running_count), 0) as trial_conversion
        from marts.trial_conversions
        group by all
    """,
}


@pytest.fixture(scope="module")
def parsed(demo):
    """The demonstration company, what dbt read of the project where MetricFlow looks."""
    for name in ("manifest.json", "semantic_manifest.json"):
        shutil.copy(demo.home / "target" / name, PROJECT / "target")
    return demo


def number(text):
    return None if text in (None, "") else round(float(text), 6)


@pytest.mark.parametrize(
    "name", [name if name in PUSHED else pytest.param(name, marks=pytest.mark.nightly) for name in ANSWERS]
)
def test_saved_queries_agree_with_the_marts(parsed, tmp_path, name):
    sql = ANSWERS[name]
    metricflow(parsed, "query", "--saved-query", name, "--csv", str(tmp_path / "answer.csv"))
    with (tmp_path / "answer.csv").open(newline="") as file:
        answer = list(csv.DictReader(file))
    relation = parsed.rows(f"select * from ({sql}) order by all")
    columns = [column for (column, *_) in parsed.rows(f"describe {sql}")]
    metrics = [column for column in columns if column in answer[0]]
    keys = [column for column in answer[0] if column not in metrics]
    found = {
        tuple(row[key].removesuffix(" 00:00:00") for key in keys): [number(row[metric]) for metric in metrics]
        for row in answer
    }
    expected = {
        tuple(str(value) if value is not None else "" for value in row[: len(keys)]): [
            number(value) for value in row[len(keys) :]
        ]
        for row in relation
    }
    assert len(metrics) >= 2 and found.keys() == expected.keys()
    for key, values in expected.items():
        assert found[key] == pytest.approx(values, abs=1e-5), key


def test_the_semantic_layer_is_valid(parsed):
    assert "ERRORS: 0" in metricflow(parsed, "validate-configs")
