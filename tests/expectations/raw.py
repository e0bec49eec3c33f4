"""Suites over the inputs as received, before anything is built from them.

Single bad rows are not their business: staging rejects those. An input that is bad throughout must not replace what was
published.
"""

import great_expectations.expectations as gxe

from customer_value.contract import inputs
from expectations.marts import none_of

STATUSES = ["trialing", "active", "past_due", "paused", "unpaid", "canceled", "expired"]

# Inputs without which there is nothing to report.
NEEDED = ("customers", "plans", "subscription_changes")


def half_have(column):
    """At least half of the rows have a value; the rows that lack it are observed where they are more.

    Rows without a value are looked for, rather than values counted: file statistics show where there are none.
    """
    lacks = f"{column} is null"
    return none_of(
        f"{lacks} and 2 * (select count(*) from {{batch}} where {lacks}) > (select count(*) from {{batch}})",
        f"at least half of the rows have their {column}",
        "critical",
    )


def suites():
    """By input: its expectations."""
    by_input = {
        contract.name: [
            gxe.ExpectTableRowCountToBeBetween(
                description="it has rows",
                min_value=1,
                severity="critical" if contract.name in NEEDED else "warning",
            ),
            *(half_have(column) for column in (*contract.key, "loaded_at")),
        ]
        for contract in inputs().values()
    }
    by_input["subscription_changes"].append(
        gxe.ExpectColumnValuesToBeInSet(
            description="at least half of the statuses are words of the contract",
            column="status",
            value_set=STATUSES,
            mostly=0.5,
            severity="critical",
        )
    )
    return by_input
