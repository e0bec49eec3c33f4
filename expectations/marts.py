"""Suites over the built marts, before they are published."""

import great_expectations.expectations as gxe


def suites():
    """By mart: its expectations."""
    return {
        "customers": [
            gxe.ExpectTableRowCountToBeBetween(min_value=1, severity="critical"),
            gxe.ExpectColumnValuesToBeBetween(column="mrr_amount", max_value=100_000_000, severity="warning"),
        ],
        "subscriptions": [
            gxe.ExpectColumnValuesToBeBetween(column="mrr_discount_amount", min_value=0, severity="critical")
        ],
        "customer_months": [gxe.ExpectColumnValuesToBeBetween(column="mrr_amount", min_value=0, severity="critical")],
        "mrr_movements": [
            gxe.UnexpectedRowsExpectation(
                description="new, resumed and reactivated MRR is gained",
                unexpected_rows_query="select * from {batch} where movement_type in ('new', 'resume', 'reactivation') "
                "and movement_amount <= 0",
                severity="critical",
            ),
        ],
        "mrr_monthly": [
            gxe.ExpectColumnValuesToBeBetween(column="churn_mrr_amount", max_value=0, severity="critical"),
            gxe.ExpectColumnValuesToBeBetween(column="contraction_mrr_amount", max_value=0, severity="critical"),
            gxe.ExpectColumnValuesToBeBetween(column="grr_12m_rate", min_value=0, max_value=1, severity="critical"),
            gxe.ExpectColumnValuesToBeBetween(column="nrr_12m_rate", min_value=0.3, max_value=3, severity="warning"),
            gxe.UnexpectedRowsExpectation(
                description="MRR does not halve or double within a month",
                unexpected_rows_query="select * from {batch} where opening_customer_count >= 100 "
                "and (closing_mrr_amount > 2 * opening_mrr_amount or closing_mrr_amount < opening_mrr_amount / 2)",
                severity="warning",
            ),
        ],
        "cohort_retention": [
            gxe.ExpectColumnValuesToBeBetween(
                column="logo_retention_rate", min_value=0, max_value=1, severity="critical"
            ),
            gxe.ExpectColumnValuesToBeBetween(column="months_since_cohort", min_value=0, severity="critical"),
        ],
        "rejected_rows": [
            gxe.ExpectTableRowCountToBeBetween(max_value=100_000, severity="warning"),
        ],
        "input_reconciliation": [
            gxe.ExpectTableRowCountToEqual(value=11, severity="critical"),
            gxe.UnexpectedRowsExpectation(
                description="at most one row in twenty is turned away",
                unexpected_rows_query="select * from {batch} where raw_row_count >= 100 "
                "and rejected_row_count > 0.05 * raw_row_count",
                severity="warning",
            ),
        ],
    }
