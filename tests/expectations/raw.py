"""Suites over the inputs as received, before anything is built from them.

Single bad rows are not their business: staging rejects those. An input that is bad throughout must not replace what was
published.
"""

import csv

import great_expectations.expectations as gxe

from customer_value.contract import inputs
from customer_value.settings import PROJECT
from expectations.marts import none_of

STATUSES = ["trialing", "active", "past_due", "paused", "unpaid", "canceled", "expired"]


def words(input_name, column):
    """The synonyms that staging understands, folded."""
    with (PROJECT / "seeds" / "words.csv").open() as seed:
        return [
            row["word"]
            for row in csv.DictReader(seed)
            if (row["input_name"], row["column_name"]) == (input_name, column)
        ]


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
                severity="critical" if contract.required else "warning",
            ),
            *(half_have(column) for column in contract.key if contract.column_metas[column].get("is_required")),
            half_have("loaded_at"),
        ]
        for contract in inputs().values()
    }
    known = ", ".join(f"'{word}'" for word in [*STATUSES, *words("subscription_changes", "status")])
    unknown = f"replace(replace(lower(trim(status)), '-', '_'), ' ', '_') not in ({known})"
    by_input["subscription_changes"].append(
        none_of(
            f"{unknown} and 2 * (select count(*) from {{batch}} where {unknown}) > (select count(*) from {{batch}})",
            "at least half of the statuses are words of the contract, or of the seed words",
            "critical",
        )
    )
    return by_input
