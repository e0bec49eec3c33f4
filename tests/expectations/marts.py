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
            none_of(
                "mrr_amount > (select sum(mrr_amount) / 2 from {batch}) "
                "and (select count(*) from {batch} where mrr_amount > 0) >= 100",
                "where 100 customers or more pay, none pays half of all MRR",
                "warning",
            ),
        ],
        "mrr_monthly": [
            between("nrr_12m_rate", "net retention is between 0.3 and 3", "warning", min_value=0.3, max_value=3),
            none_of(
                "opening_customer_count >= 100 "
                "and (closing_mrr_amount > 2 * opening_mrr_amount or closing_mrr_amount < opening_mrr_amount / 2)",
                "MRR of 100 customers or more does not halve or double within a month",
                "warning",
            ),
        ],
        "customer_ltv": [
            gxe.ExpectTableRowCountToBeBetween(description="there are customers", min_value=1, severity="critical"),
        ],
        "retention_parameters": [
            none_of(
                "churn_count >= 30 and (recent_churn_factor > 1.5 or recent_churn_factor < 0.5)",
                "churn of the last months is about what the survival curves expect",
                "warning",
            ),
        ],
        "ltv_by_segment": [
            none_of(
                "cohort_dimension = 'all' and total_ltv_high_amount > 2 * total_ltv_amount and customer_count >= 100",
                "the value of 100 customers or more is known to a factor of two",
                "warning",
            ),
        ],
        "unit_economics": [
            between("spend_amount", "no channel earns by being spent on", "warning", min_value=0),
        ],
        "ltv_backtest": [
            none_of(
                "survival_segment = 'all' and prediction_decile = 0 and customer_count >= 100 "
                "and abs(predicted_survivor_count - actual_survivor_count) > 0.15 * customer_count",
                "a year ago the survivors of today were predicted to within 15 % of the customers",
                "warning",
            ),
        ],
        "customer_health": [
            gxe.ExpectColumnValuesToNotBeNull(
                column="health_status",
                mostly=0.5,
                description="health is known of half of the customers",
                severity="warning",
            ),
        ],
        "health_backtest": [
            none_of(
                "split_name = 'all' and period_name = 'all' and churn_count >= 50 and auc > 0.85",
                "a score that predicts churn too well has used data of the future",
                "warning",
            ),
            none_of(
                "split_name = 'all' and period_name = 'all' and churn_count >= 50 and auc_high < 0.5",
                "the score ranks no worse than guessing",
                "warning",
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
        "rejected_rows": [
            gxe.ExpectTableRowCountToBeBetween(
                description="at most 100,000 rows are rejected", max_value=100_000, severity="warning"
            ),
        ],
        "input_reconciliation": [
            gxe.ExpectTableRowCountToEqual(
                description="every input of the contract is accounted for", value=len(inputs()), severity="critical"
            ),
            none_of(
                "raw_row_count >= 100 and rejected_row_count > 0.05 * raw_row_count",
                "of 100 rows or more at most one in twenty is rejected",
                "warning",
            ),
        ],
    }
