"""Tables that hold today's state alone: what they said at earlier loads stays, by the var keep_loads."""

import datetime

import pytest
from conftest import Company, rows_of

VARS = "{connectors: {subscription_changes: plain_subscription_changes}, keep_loads: true, default_currency: EUR}"
HEADER = "customer,subscription_id,plan,start,end,mrr,loaded_at\n"
# Full exports, each in place of the one before: month of the load -> rows. By hand:
# a: 50, 80 from the second load on. b: gone from the second. c: gone from the second, back in the third at its price.
# d: new, with a start before its load. e: its end lay ahead and was taken back; f and g ended by a date of their own.
LOADS = {
    3: ["a,a1,pro,2025-01-01,,50", "b,b1,pro,2025-01-01,,60", "c,c1,pro,2025-01-01,,70", "e,e1,pro,2025-01-01,2025-06-15,90",
        "f,f1,pro,2025-01-01,,20", "g,g1,pro,2025-01-01,,30"],
    4: ["a,a1,pro,2025-01-01,,80", "d,d1,pro,2025-02-01,,10", "e,e1,pro,2025-01-01,,90", "f,f1,pro,2025-01-01,2025-03-20,20",
        "g,g1,pro,2025-01-01,2025-03-05,30"],
    5: ["a,a1,pro,2025-01-01,,80", "c,c1,pro,2025-01-01,,70", "d,d1,pro,2025-02-01,,10", "e,e1,pro,2025-01-01,,90",
        "f,f1,pro,2025-01-01,2025-03-20,20", "g,g1,pro,2025-01-01,2025-03-05,30"],
}  # fmt: skip


def load_at(month):
    return datetime.datetime(2025, month, 10)


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """The company after its three loads, the last of which was built twice, and rebuilt in full."""
    company = Company(tmp_path_factory.mktemp("kept"), "2025-06-30")
    table = company.settings.raw / "plain" / "subscriptions.csv"
    table.parent.mkdir(parents=True)
    for month, flags in ((3, []), (4, []), (5, []), (5, ["--full-refresh"])):
        table.write_text(HEADER + "".join(f"{row},{load_at(month).isoformat()}\n" for row in LOADS[month]))
        finished = company.dbt(
            "build", "--exclude-resource-type", "test", "unit_test", "--select", "+stg_subscription_changes", "--vars", VARS, *flags
        )  # fmt: skip
        assert finished.returncode == 0, finished.stdout[-4000:]
    return company


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("subscription", "expected"),
    [
        ("a1", [("2025-01-01", "active", 50), ("2025-04-10", "active", 80)]),
        ("b1", [("2025-01-01", "active", 60), ("2025-04-10", "canceled", None)]),
        ("c1", [("2025-01-01", "active", 70), ("2025-04-10", "canceled", None), ("2025-05-10", "active", 70)]),
        ("d1", [("2025-02-01", "active", 10)]),
        ("e1", [("2025-01-01", "active", 90)]),
        # It ended after the load of 10 March, which could not say so; g ended before it, which nobody knew until 10 April.
        ("f1", [("2025-01-01", "active", 20), ("2025-03-20", "canceled", None)]),
        ("g1", [("2025-01-01", "active", 30), ("2025-04-10", "canceled", None)]),
    ],
)
def test_what_earlier_loads_said_stays(company, subscription, expected):
    log = "select strftime(changed_at, '%Y-%m-%d'), status, unit_amount from staging.stg_subscription_changes"
    assert rows_of(company, f"{log} where subscription_id = '{subscription}' order by changed_at") == expected
