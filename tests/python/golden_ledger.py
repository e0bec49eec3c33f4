"""The golden cases of subscription revenue, as one small company: a customer per case, named for it.

Where the numbers come from: ChartMogul help (a1, a2), Stripe glossary and billing analytics (a3, a4), Rebilly API
reference (a5), Kill Bill (a6), Polar tests (a7, a9); the others follow by hand from the definitions in docs/metrics.md.
`EXPECTED_MRR` is the MRR of each customer at each month end; `EXPECTED_MOVEMENTS` what moved it.
"""

from ledgers import at, change, customer, plan

AS_OF = "2025-12-22"
YEAR = {"billing_interval": "year"}


def terms(interval, count=1):
    return {"billing_interval": interval, "interval_count": count}


CHANGES = [
    # a1: 4 seats of Gold yearly at 500; 2 Silver monthly at 30; Silver goes, Gold goes, 3 Gold monthly at 50 come back.
    change("a1", "2024-01-10", unit_amount=500, quantity=4, plan_id="gold_year", subscription_id="a1_gold", **YEAR),
    change("a1", "2024-03-05", unit_amount=30, quantity=2, plan_id="silver", subscription_id="a1_silver"),
    change("a1", "2024-06-05", "canceled", subscription_id="a1_silver"),
    change("a1", "2025-01-10", "canceled", subscription_id="a1_gold", cancel_requested_at=at("2024-08-01")),
    change("a1", "2025-03-20", unit_amount=50, quantity=3, plan_id="gold", subscription_id="a1_back"),
    # a2: opening 100 over four customers; one leaves (10), one falls by 10, one grows by 10.
    change("a2_leaves", "2025-01-05", unit_amount=10),
    change("a2_leaves", "2025-02-10", "canceled"),
    change("a2_falls", "2025-01-05", unit_amount=30),
    change("a2_falls", "2025-02-10", unit_amount=20),
    change("a2_grows", "2025-01-05", unit_amount=40),
    change("a2_grows", "2025-02-10", unit_amount=50),
    change("a2_stays", "2025-01-05", unit_amount=20),
    # a3: 100 subscriptions at 100 a month and 50 at 600 a year.
    change("a3", "2025-05-01", unit_amount=100, quantity=100, subscription_id="a3_month"),
    change("a3", "2025-05-01", unit_amount=600, quantity=50, plan_id="gold_year", subscription_id="a3_year", **YEAR),
    # a4: 1,200 a year; then half off for ever; then half off once.
    change("a4", "2025-05-01", unit_amount=1200, **YEAR),
    change("a4", "2025-06-01", unit_amount=1200, discount_rate=0.5, discount_kind="recurring", **YEAR),
    change("a4", "2025-07-01", unit_amount=1200, discount_rate=0.5, discount_kind="once", **YEAR),
    # a5: new 40; gone and back at 25; 80 to 0; 100 to 80; 40 to 100.
    change("a5_new", "2025-06-10", unit_amount=40),
    change("a5_back", "2025-01-10", unit_amount=40),
    change("a5_back", "2025-03-10", "canceled"),
    change("a5_back", "2025-06-10", unit_amount=25),
    change("a5_gone", "2025-05-10", unit_amount=80),
    change("a5_gone", "2025-06-10", "canceled"),
    change("a5_down", "2025-05-10", unit_amount=100),
    change("a5_down", "2025-06-10", unit_amount=80),
    change("a5_up", "2025-05-10", unit_amount=40),
    change("a5_up", "2025-06-10", unit_amount=100),
    # a6, a7, a8: intervals.
    change("a6_small", "2025-05-01", unit_amount=18.29, **YEAR),
    change("a6_middle", "2025-05-01", unit_amount=239.90, **YEAR),
    change("a6_large", "2025-05-01", unit_amount=5499, **YEAR),
    change("a7_quarter", "2025-05-01", unit_amount=300, **terms("month", 3)),
    change("a7_two_years", "2025-05-01", unit_amount=2400, **terms("year", 2)),
    change("a7_two_weeks", "2025-05-01", unit_amount=50, **terms("week", 2)),
    change("a8_week", "2025-05-01", unit_amount=10, quantity=3, **terms("week")),
    change("a8_day", "2025-05-01", unit_amount=5, **terms("day")),
    # a9: half-open periods.
    change("a9", "2025-01-01", subscription_id="a9_first"),
    change("a9", "2025-02-01", subscription_id="a9_second"),
    change("a9", "2025-03-01", "canceled", subscription_id="a9_second"),
    # a10: renews on the 25th, as-of the 22nd.
    change("a10", "2025-10-25"),
    # a11: a trial.
    change("a11", "2025-11-25", "trialing", 50),
    # a12: a coupon of 120, once, on an annual plan of 1,200.
    change("a12", "2025-05-01", unit_amount=1200, discount_amount=120, discount_kind="once", **YEAR),
    # a13: two months without MRR; a14: a new subscription after leaving; a15: unpaid.
    change("a13", "2025-01-15"),
    change("a13", "2025-03-15", "canceled"),
    change("a13", "2025-05-15"),
    change("a14", "2025-01-15", subscription_id="a14_first"),
    change("a14", "2025-05-15", "canceled", subscription_id="a14_first"),
    change("a14", "2025-08-15", subscription_id="a14_second"),
    change("a15", "2025-01-15"),
    change("a15", "2025-03-15", "unpaid"),
    # a16: an annual plan, ended at once in March.
    change("a16", "2025-01-15", unit_amount=1200, **YEAR),
    change("a16", "2025-03-15", "canceled", unit_amount=1200, **YEAR),
    # a17: an open end; a18: an end planned for after the as-of day.
    change("a17", "2025-09-01"),
    change("a18", "2025-09-01"),
    change("a18", "2026-02-01", "canceled", cancel_requested_at=at("2025-12-01")),
    # a19: from the 3rd to the 20th.
    change("a19", "2025-10-03", unit_amount=70),
    change("a19", "2025-10-20", "canceled"),
    # a20: cancelled and bought again three hours later, once within a month and once across a month's end.
    change("a20_month", "2025-09-01", subscription_id="a20_a"),
    change("a20_month", "2025-10-10 09:00", "canceled", subscription_id="a20_a"),
    change("a20_month", "2025-10-10 12:00", unit_amount=150, plan_id="gold", subscription_id="a20_b"),
    change("a20_night", "2025-09-01", subscription_id="a20_c"),
    change("a20_night", "2025-10-31 22:30", "canceled", subscription_id="a20_c"),
    change("a20_night", "2025-11-01 01:30", unit_amount=80, plan_id="gold", subscription_id="a20_d"),
    change("a20_moved", "2025-09-01", subscription_id="a20_e"),
    change("a20_moved", "2025-10-30", "expired", subscription_id="a20_e"),
    change("a20_moved", "2025-11-02", subscription_id="a20_f", migrated_from_subscription_id="a20_e"),
    # a21: 100, 60, 100 over twelve months.
    change("a21", "2024-11-05"),
    change("a21", "2025-05-05", unit_amount=60),
    change("a21", "2025-11-05"),
    # a22: a month's last day, and 29 February.
    change("a22_leap", "2024-02-29", unit_amount=1200, **YEAR),
    change("a22_leap", "2025-02-28", "expired", unit_amount=1200, **YEAR),
    change("a22_january", "2025-01-31"),
    change("a22_january", "2025-02-28", "expired"),
    # a23, a24: currencies.
    change("a23", "2025-09-01", currency="EUR"),
    change("a24", "2025-09-01", unit_amount=12000, currency="JPY", **YEAR),
    # a25: a pause of two months, and one that outlasts 90 days.
    change("a25_short", "2025-06-01"),
    change("a25_short", "2025-07-15", "paused"),
    change("a25_short", "2025-09-10"),
    change("a25_long", "2025-06-01"),
    change("a25_long", "2025-07-15", "paused"),
    change("a25_long", "2025-12-10"),
    # a26: an update and an end within one second; a start and an end dated with one day; a sequence within one second.
    change("a26_second", "2025-01-15"),
    change("a26_second", "2025-04-10 12:00", unit_amount=120),
    change("a26_second", "2025-04-10 12:00", "canceled"),
    change("a26_day", "2025-05-10"),
    change("a26_day", "2025-05-10", "expired"),
    change("a26_sequence", "2025-05-10", unit_amount=80, change_sequence=1),
    change("a26_sequence", "2025-05-10", unit_amount=100, change_sequence=2),
]

PLANS = [
    plan("basic"),
    plan("silver", product_name="Silver"),
    plan("gold", product_name="Gold", tier_rank=2),
    plan("gold_year", product_name="Gold", tier_rank=2, **YEAR),
]

RATES = [("2025-09-30", 1.10), ("2025-10-31", 1.20), ("2025-09-01", 1.05)]

TABLES = {
    "customers": [customer(customer_id) for customer_id in sorted({row["customer_id"] for row in CHANGES})],
    "plans": PLANS,
    "subscription_changes": CHANGES,
    "exchange_rates": [{"rate_date": at(day).date(), "currency": "EUR", "rate": rate} for day, rate in RATES]
    + [{"rate_date": at("2025-09-01").date(), "currency": "JPY", "rate": 0.007}],
}

# From the month named on, until the next month named.
EXPECTED_MRR = {
    "a1": {"2024-01": 166.6667, "2024-03": 226.6667, "2024-06": 166.6667, "2025-01": 0, "2025-03": 150},
    "a2_leaves": {"2025-01": 10, "2025-02": 0},
    "a2_falls": {"2025-01": 30, "2025-02": 20},
    "a2_grows": {"2025-01": 40, "2025-02": 50},
    "a2_stays": {"2025-01": 20},
    "a3": {"2025-05": 12500},
    "a4": {"2025-05": 100, "2025-06": 50, "2025-07": 100},
    "a5_new": {"2025-06": 40},
    "a5_back": {"2025-01": 40, "2025-03": 0, "2025-06": 25},
    "a5_gone": {"2025-05": 80, "2025-06": 0},
    "a5_down": {"2025-05": 100, "2025-06": 80},
    "a5_up": {"2025-05": 40, "2025-06": 100},
    "a6_small": {"2025-05": 1.5242},
    "a6_middle": {"2025-05": 19.9917},
    "a6_large": {"2025-05": 458.25},
    "a7_quarter": {"2025-05": 100},
    "a7_two_years": {"2025-05": 100},
    "a7_two_weeks": {"2025-05": 108.3333},
    "a8_week": {"2025-05": 130},
    "a8_day": {"2025-05": 152.0833},
    "a9": {"2025-01": 100, "2025-02": 200, "2025-03": 100},
    "a10": {"2025-10": 100},
    "a11": {"2025-11": 0},
    "a12": {"2025-05": 100},
    "a13": {"2025-01": 100, "2025-03": 0, "2025-05": 100},
    "a14": {"2025-01": 100, "2025-05": 0, "2025-08": 100},
    "a15": {"2025-01": 100, "2025-03": 0},
    "a16": {"2025-01": 100, "2025-03": 0},
    "a17": {"2025-09": 100},
    "a18": {"2025-09": 100},
    "a19": {"2025-10": 0},
    "a20_month": {"2025-09": 100, "2025-10": 150},
    "a20_night": {"2025-09": 100, "2025-11": 80},
    "a20_moved": {"2025-09": 100},
    "a21": {"2024-11": 100, "2025-05": 60, "2025-11": 100},
    "a22_leap": {"2024-02": 100, "2025-02": 0},
    "a22_january": {"2025-01": 100, "2025-02": 0},
    "a23": {"2025-09": 110, "2025-10": 120},
    "a24": {"2025-09": 7},
    "a25_short": {"2025-06": 100, "2025-07": 0, "2025-09": 100},
    "a25_long": {"2025-06": 100, "2025-07": 0, "2025-12": 100},
    "a26_second": {"2025-01": 100, "2025-04": 0},
    "a26_day": {"2025-05": 0},
    "a26_sequence": {"2025-05": 100},
}

# Customer, month, type, cause, amount: every movement of the customers named.
EXPECTED_MOVEMENTS = [
    ("a1", "2024-01", "new", None, 166.6667),
    ("a1", "2024-03", "expansion", "plan", 60),
    ("a1", "2024-06", "contraction", "plan", -60),
    ("a1", "2025-01", "churn", None, -166.6667),
    ("a1", "2025-03", "reactivation", None, 150),
    ("a4", "2025-05", "new", None, 100),
    ("a4", "2025-06", "contraction", "discount", -50),
    ("a4", "2025-07", "expansion", "discount", 50),
    ("a5_new", "2025-06", "new", None, 40),
    ("a5_back", "2025-01", "new", None, 40),
    ("a5_back", "2025-03", "churn", None, -40),
    ("a5_back", "2025-06", "reactivation", None, 25),
    ("a5_gone", "2025-05", "new", None, 80),
    ("a5_gone", "2025-06", "churn", None, -80),
    ("a5_down", "2025-05", "new", None, 100),
    ("a5_down", "2025-06", "contraction", "price", -20),
    ("a5_up", "2025-05", "new", None, 40),
    ("a5_up", "2025-06", "expansion", "price", 60),
    ("a10", "2025-10", "new", None, 100),
    ("a12", "2025-05", "new", None, 100),
    ("a13", "2025-01", "new", None, 100),
    ("a13", "2025-03", "churn", None, -100),
    ("a13", "2025-05", "reactivation", None, 100),
    ("a14", "2025-01", "new", None, 100),
    ("a14", "2025-05", "churn", None, -100),
    ("a14", "2025-08", "reactivation", None, 100),
    ("a15", "2025-01", "new", None, 100),
    ("a15", "2025-03", "churn", None, -100),
    ("a16", "2025-01", "new", None, 100),
    ("a16", "2025-03", "churn", None, -100),
    ("a18", "2025-09", "new", None, 100),
    ("a20_month", "2025-09", "new", None, 100),
    ("a20_month", "2025-10", "expansion", "plan", 50),
    ("a20_night", "2025-09", "new", None, 100),
    ("a20_night", "2025-11", "contraction", "plan", -20),
    ("a20_moved", "2025-09", "new", None, 100),
    # EUR 100 at the rate at which September opened (its own, the first there is), then October's.
    ("a23", "2025-09", "new", None, 110),
    ("a23", "2025-10", "fx", None, 10),
    ("a25_short", "2025-06", "new", None, 100),
    ("a25_short", "2025-07", "pause", None, -100),
    ("a25_short", "2025-09", "resume", None, 100),
    # 15 July to 31 October are 108 days: the pause is taken back and booked as churn.
    ("a25_long", "2025-06", "new", None, 100),
    ("a25_long", "2025-07", "pause", None, -100),
    ("a25_long", "2025-10", "pause", "lapsed_pause", 100),
    ("a25_long", "2025-10", "churn", "lapsed_pause", -100),
    ("a25_long", "2025-12", "reactivation", None, 100),
    ("a26_second", "2025-01", "new", None, 100),
    ("a26_second", "2025-04", "churn", None, -100),
    ("a26_sequence", "2025-05", "new", None, 100),
]
