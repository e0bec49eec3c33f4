"""What is not known is null, or not there at all: never 0, 100 % or a word that sounds known. One company, without its inputs."""

import shutil

import duckdb
import pytest
from conftest import Company

from customer_value.contract import inputs

MONEY = (
    "mrr_discount_amount not_billed_amount billed_without_mrr_amount price_difference_amount billed_ahead_amount "
    "discount_amount recurring_amount proration_amount one_off_amount usage_amount credit_amount tax_amount "
    "invoiced_amount void_amount uncollectible_amount open_amount paid_in_another_month_amount "
    "issued_in_another_month_amount collected_amount refunded_amount refund_difference_amount net_collected_amount "
    "residual_amount"
)
ACQUISITION = "spend_amount cac_amount ltv_cac_ratio payback_months ltv_cac_status"
ALERTS = "alert_count alert_precision_rate alert_recall_rate median_lead_days"
AREAS = "auc auc_low auc_high probability_auc probability_auc_low probability_auc_high"

# Optional input -> mart -> its columns that are null without it; no columns: the mart is empty.
UNKNOWN = {
    "invoice_lines": {
        "revenue_bridge": MONEY,
        "receivables": "",
        "customer_bills": "",
        "customer_ltv": "refunded_amount usage_mrr_amount",
        "customers": "usage_mrr_amount",
        "customer_months": "usage_mrr_amount",
        "mrr_monthly": "usage_mrr_amount",
    },
    "marketing_spend": {
        "unit_economics": ACQUISITION,
        "unit_economics_monthly": ACQUISITION,
        "channel_economics": ACQUISITION,
    },
    "leads": {"unit_economics": "lead_count", "lifecycle_funnel": "reapproach_count"},
    "nps_responses": {
        "nps_monthly": "",
        "nps_responses": "",
        "customers": "latest_nps_score latest_nps_responded_at",
    },
    "support_tickets": {"support_tickets": ""},
    "model_scores": {"model_score_backtest": ""},
    "customer_attributes": {
        "customer_attributes": "",
        "customers": "account_owner",
        "customer_segments": "account_owner",
    },
    "targets": {"target_attainment": ""},
    "annotations": {"annotations": ""},
    "actions": {"action_outcomes": "", "customer_segments": "last_action_date"},
    "usage_events": {
        "onboarding_cohorts": "",
        "feature_stickiness": "",
        "health_alerts": "",
        "health_backtest": f"{ALERTS} {AREAS} expected_churn_rate",
        "customer_health": "churn_probability_90d",
        "customer_segments": "churn_probability_90d expected_loss_amount",
        "customers": "expected_loss_amount",
    },
}

# Optional input -> what may not be said without it, as a condition on rows of a mart.
UNSAID = {
    "invoice_lines": {
        "customer_ltv": "has_billing_history or (collected_amount > 0 and not is_estimated)",
        "ltv_monthly": "historic_ltv_amount <> 0 and historic_estimated_rate <> 1",
    },
    "leads": {"lifecycle_funnel": "funnel_stage in ('opted_in', 'trip_wire_buyer')"},
    "usage_events": {
        # Health is known of those alone that asked to cancel, or do not pay: warnings need no usage.
        "customer_health": "health_score is not null and health_score > 0 or health_status = 'green'",
        "customer_health_signals": "is_known and signal_kind = 'measure'",
        "playbook_outcomes": "health_status = 'unknown' and coalesce(band_up_count, band_down_count, band_up_rate) >= 0",
        "customer_segments": "health_score is null and value_at_risk_amount is not null or play like '%usage data%'",
    },
}

# Each is run without the optional inputs that it does not name. Exchange rates are what currencies need.
KEPT = {
    "log": [],
    "log_and_invoices": ["invoice_lines", "refunds"],
    "log_and_usage": ["usage_events", "users"],
}
NEEDED = ["customers", "plans", "subscription_changes", "exchange_rates"]


def company_with(full, home, kept):
    """The demonstration company with some of its inputs alone; a required input is there, without rows."""
    company = Company(home, "2026-10-18")
    company.settings.raw.mkdir(parents=True)
    for name in inputs():
        file, folder = full.settings.raw / f"{name}.parquet", full.settings.raw / name
        if name in kept + NEEDED:
            if folder.is_dir():
                shutil.copytree(folder, company.settings.raw / name)
            else:
                shutil.copy(file, company.settings.raw)
        elif inputs()[name].required:
            source = folder / "*.parquet" if folder.is_dir() else file
            duckdb.sql(f"copy (from read_parquet('{source}') where false) to '{company.settings.raw / name}.parquet'")
    return company.run()


@pytest.fixture(scope="module", params=KEPT)
def reduced(request, demo, tmp_path_factory):
    kept = KEPT[request.param]
    company = company_with(demo, tmp_path_factory.mktemp(request.param), kept)
    return company, [name for name in UNKNOWN if name not in kept], kept


def known_cells(company, absent):
    """The columns that have values, and the marts that have rows, although their input is absent."""
    found = set()
    for name in absent:
        for mart, columns in UNKNOWN[name].items():
            for column in columns.split() or ["*"]:
                ((count,),) = company.rows(f"select count({column}) from marts.{mart}")
                if count:
                    found.add((name, mart, column))
    return found


def test_without_an_input_what_it_says_is_null(reduced):
    company, absent, _ = reduced
    assert known_cells(company, absent) == set()


def test_without_an_input_nothing_is_said_of_it(reduced):
    company, absent, _ = reduced
    for name in absent:
        for mart, condition in UNSAID.get(name, {}).items():
            assert company.rows(f"from marts.{mart} where {condition} limit 3") == [], (name, mart)


def test_with_its_input_each_of_these_is_known(demo, reduced):
    """No column is listed that is null in any case."""
    listed = {
        (name, mart, column)
        for name, marts in UNKNOWN.items()
        for mart, columns in marts.items()
        for column in columns.split() or ["*"]
    }
    assert known_cells(demo, UNKNOWN) == listed
    company, _, kept = reduced
    found = known_cells(company, [name for name in kept if name in UNKNOWN])
    assert found == {each for each in listed if each[0] in kept}


def test_without_health_the_curve_ranks(reduced):
    """Those whose value at risk is known come first, then the larger loss by the curve; each has one."""
    company, absent, _ = reduced
    if "usage_events" not in absent:
        return
    rows = company.rows(
        "select value_at_risk_amount, curve_loss_amount from marts.customer_segments order by priority_rank"
    )
    unscored = [loss for risk, loss in rows if risk is None]
    assert len(unscored) > 100 and None not in unscored
    assert unscored == sorted(unscored, reverse=True)
    assert [risk is None for risk, _ in rows] == sorted(risk is None for risk, _ in rows)


def test_the_rest_of_the_company_is_the_same(demo, reduced):
    """Revenue rests on the log alone."""
    company, _, _ = reduced
    for mart in ("mrr_monthly", "mrr_movements", "customer_months", "cohort_retention", "subscriptions"):
        # What invoices say of usage stands beside MRR.
        selected = f"select columns(lambda name: name <> 'usage_mrr_amount') from marts.{mart} order by all"
        assert company.rows(selected) == demo.rows(selected), mart
