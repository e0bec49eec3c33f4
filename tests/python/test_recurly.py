"""Recurly's tables as two loaders write them: the log, the plans and the lines that were worked out by hand.

recurly_cases.json holds, by case, what was loaded and what must come of it, and why. All cases of a loader are one company.
"""

import json
from pathlib import Path

import pytest
from conftest import Company
from connector_rows import append_lines, built_twice, check_case, keyed, map_plans, nightly_but

CASES = json.loads(Path(__file__).with_name("recurly_cases.json").read_text())
KEYS = {
    "subscription_changes": ("subscription_id", "item_id", "changed_at"),
    "plans": ("plan_id",),
    "invoice_lines": ("invoice_line_id",),
}


@pytest.fixture(scope="module")
def connected(tmp_path_factory):
    """What the connector makes of a loader's tables: input -> rows by key; each loader's are built once."""
    found = {}

    def build(loader):
        if loader not in found:
            company = Company(tmp_path_factory.mktemp(loader), "2026-06-30")
            folder = company.settings.raw / "recurly"
            folder.mkdir(parents=True)
            for case in CASES:
                if case["loader"] == loader:
                    append_lines(folder, case["input"])
            if loader == "airbyte":
                # An add-on by its id, a plan by its code.
                map_plans(company, "all,pa_f2,add_on,3,5", "recurly,q,core,2,")
            found[loader] = {
                name: keyed(rows, KEYS[name]) for name, rows in built_twice(company, "recurly", KEYS).items()
            }
        return found[loader]

    return build


@pytest.mark.parametrize(
    "case",
    nightly_but("fivetran", CASES, lambda case: case["loader"]),
    ids=[case["title"].replace(" ", "_") for case in CASES],
)
def test_a_case_gives_what_was_worked_out_by_hand(connected, case):
    check_case(connected(case["loader"]), case, KEYS)
