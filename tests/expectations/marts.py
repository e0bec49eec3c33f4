"""Suites over the built marts, before they are published."""

import great_expectations.expectations as gxe

from customer_value.contract import inputs


def between(column, description, severity="critical", **bounds):
    """Every value of a column lies within the bounds."""
    return gxe.ExpectColumnValuesToBeBetween(column=column, description=description, severity=severity, **bounds)


def none_of(condition, description, severity):
    """No row meets the condition."""
    return gxe.UnexpectedRowsExpectation(
        description=description,
        unexpected_rows_query=f"select * from {{batch}} where {condition}",
        severity=severity,
    )


def suites():
    """By mart: its expectations."""
    return {
        "customers": [
            gxe.ExpectTableRowCountToBeBetween(description="there are customers", min_value=1, severity="critical"),
            between("mrr_amount", "no customer pays more than 100 million a month", "warning", max_value=100_000_000),
        ],
        "subscriptions": [between("mrr_discount_amount", "no discount adds to the price", min_value=0)],
        "customer_months": [between("mrr_amount", "no MRR is below 0", min_value=0)],
        "mrr_movements": [
            none_of(
                "movement_type in ('new', 'resume', 'reactivation') and movement_amount <= 0",
                "new, resumed and reactivated MRR is gained",
                "critical",
            ),
        ],
        "mrr_monthly": [
            between("churn_mrr_amount", "churn is lost, not gained", max_value=0),
            between("contraction_mrr_amount", "contraction is lost, not gained", max_value=0),
            between("grr_12m_rate", "gross retention is between 0 and 1", min_value=0, max_value=1),
            between("nrr_12m_rate", "net retention is between 0.3 and 3", "warning", min_value=0.3, max_value=3),
            none_of(
                "opening_customer_count >= 100 "
                "and (closing_mrr_amount > 2 * opening_mrr_amount or closing_mrr_amount < opening_mrr_amount / 2)",
                "MRR of 100 customers or more does not halve or double within a month",
                "warning",
            ),
        ],
        "cohort_retention": [
            between("logo_retention_rate", "logo retention is between 0 and 1", min_value=0, max_value=1),
            between("months_since_cohort", "no cohort has a cell before its first month", min_value=0),
        ],
        "customer_ltv": [
            gxe.ExpectTableRowCountToBeBetween(description="there are customers", min_value=1, severity="critical"),
            between("expected_remaining_months", "no customer is expected to stay for less than nothing", min_value=0),
            between("max_cac_amount", "no allowed cost of acquisition is below 0", min_value=0),
        ],
        "retention_parameters": [
            between("alpha", "alpha is within the bounds of the fit", min_value=0.002, max_value=23000),
            none_of(
                "parent_survival_segment is null and churn_count >= 100 and not is_converged",
                "the curve of all customers converges on 100 churns or more",
                "warning",
            ),
        ],
        "retention_curves": [
            between("fitted_survival_rate", "fitted survival is between 0 and 1", min_value=0, max_value=1),
        ],
        "ltv_by_segment": [
            none_of(
                "cohort_dimension = 'all' and total_ltv_high_amount > 2 * total_ltv_amount and customer_count >= 100",
                "the value of 100 customers or more is known to a factor of two",
                "warning",
            ),
        ],
        "ltv_monthly": [
            between("trailing_churn_rate", "churn is between 0 and 1", min_value=0, max_value=1),
        ],
        "unit_economics": [
            between("spend_amount", "no channel earns by being spent on", "warning", min_value=0),
        ],
        "ltv_backtest": [
            none_of(
                "survival_segment = 'all' and prediction_decile = 0 and customer_count >= 100 "
                "and abs(predicted_survivor_count - actual_survivor_count) > 0.15 * customer_count",
                "a year ago the survivors of today were foretold to 15 % of the customers",
                "warning",
            ),
        ],
        "revenue_bridge": [
            between("residual_amount", "nothing is left over between MRR and money", min_value=0, max_value=0),
        ],
        "nps_responses": [
            between("score", "answers are from 0 to 10", min_value=0, max_value=10),
        ],
        "nps_monthly": [
            between("nps_score", "NPS is between -100 and 100", min_value=-100, max_value=100),
        ],
        "customer_health": [
            between("health_score", "health is between 0 and 100", min_value=0, max_value=100),
            gxe.ExpectColumnValuesToNotBeNull(
                column="health_status",
                mostly=0.5,
                description="health is known of half of the customers",
                severity="warning",
            ),
        ],
        "customer_health_months": [
            between("health_score", "health is between 0 and 100", min_value=0, max_value=100),
        ],
        "customer_health_signals": [
            between(
                "points_lost", "no signal takes off less than nothing or more than all", min_value=0, max_value=100
            ),
        ],
        "health_alerts": [
            between("lead_days", "alerts come before the churn, within the horizon", min_value=1, max_value=366),
        ],
        "health_backtest": [
            none_of(
                "split_name = 'all' and period_name = 'all' and churn_count >= 50 and auc > 0.85",
                "a score that foretells churn too well has seen the future",
                "warning",
            ),
            none_of(
                "split_name = 'all' and period_name = 'all' and churn_count >= 50 and auc_high < 0.5",
                "the score ranks no worse than guessing",
                "warning",
            ),
        ],
        "customer_segments": [
            between("priority_rank", "the queue starts at 1", min_value=1),
        ],
        "segment_summary": [
            between("churn_rate_90d", "churn is between 0 and 1", min_value=0, max_value=1),
        ],
        "segment_migrations": [
            between("customer_count", "somebody is in every move", min_value=1),
        ],
        "winback_candidates": [
            between("return_rate", "chances to return are between 0 and 1", min_value=0, max_value=1),
        ],
        "playbook_outcomes": [
            between("left_rate", "the share that left is between 0 and 1", min_value=0, max_value=1),
        ],
        "annual_offers": [
            between(
                "break_even_discount_rate", "no discount breaks even beyond the whole price", min_value=0, max_value=1
            ),
        ],
        "contract_renewals": [
            between("notice_days", "nobody must give notice years ahead", max_value=3_660, severity="warning"),
        ],
        "expansion_candidates": [
            none_of(
                "expansion_kind = 'more_seats' and added_mrr_amount > 2 * mrr_amount",
                "seats that are used without being paid for are fewer than twice those that are",
                "warning",
            ),
        ],
        "customer_lifecycle": [
            gxe.ExpectTableRowCountToBeBetween(description="there are customers", min_value=1, severity="warning"),
        ],
        "lifecycle_funnel": [
            between("median_step_days", "no step takes longer than ten years", max_value=3_660, severity="warning"),
        ],
        "onboarding_cohorts": [
            between("median_first_value_days", "value does not come before the start", min_value=0, severity="warning"),
        ],
        "feature_stickiness": [
            between("adjusted_difference_rate", "shares differ by no more than all", min_value=-1, max_value=1),
        ],
        "rejected_rows": [
            gxe.ExpectTableRowCountToBeBetween(
                description="at most 100,000 rows are turned away", max_value=100_000, severity="warning"
            ),
        ],
        "input_reconciliation": [
            gxe.ExpectTableRowCountToEqual(
                description="every input of the contract is accounted for", value=len(inputs()), severity="critical"
            ),
            none_of(
                "raw_row_count >= 100 and rejected_row_count > 0.05 * raw_row_count",
                "of 100 rows or more at most one in twenty is turned away",
                "warning",
            ),
        ],
    }
