"""Customers that buy without a subscription: published parameters, and shops whose true future is known."""

import csv
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from conftest import Company, built, rows_of
from ledgers import change, customer, plan, write

# Purchases at gamma(r, alpha) a week, each the last one by beta(a, b), spend gamma(p, v) with v of gamma(q, g).
SHOPS = [
    {"r": 0.5, "alpha": 6, "a": 0.8, "b": 2.5, "p": 6, "q": 4, "g": 15},
    {"r": 1, "alpha": 10, "a": 1, "b": 4, "p": 2, "q": 5, "g": 80},
    {"r": 2, "alpha": 20, "a": 0.5, "b": 3, "p": 10, "q": 8, "g": 100},
    {"r": 0.8, "alpha": 12, "a": 0.4, "b": 1.8, "p": 4, "q": 6, "g": 50},
    {"r": 1.5, "alpha": 8, "a": 1.5, "b": 12, "p": 5, "q": 10, "g": 60},
    {"r": 3, "alpha": 60, "a": 0.3, "b": 4, "p": 3, "q": 4, "g": 30},
]
AS_OF = datetime(2026, 1, 1)


def lives(draws, shop, size, years=3, later_years=5):
    """For each buyer the day of its first purchase, the days of all (also of those after the as-of day) and their spend."""
    for _ in range(size):
        first = AS_OF - timedelta(days=int(draws.uniform(1, 365 * years)))
        rate, last_chance = draws.gamma(shop["r"], 1 / shop["alpha"]), draws.beta(shop["a"], shop["b"])
        value = draws.gamma(shop["q"], 1 / shop["g"])
        weeks, moments = 0, [0.0]
        while True:
            weeks += draws.exponential(1 / rate) if rate > 1e-12 else 1e12
            if weeks * 7 > 365.25 * (years + later_years):
                break
            moments.append(weeks)
            if draws.random() < last_chance:
                break
        days = sorted({first + timedelta(days=int(moment * 7)) for moment in moments})
        yield days, draws.gamma(shop["p"], 1 / value, len(days))


def line(name, day, amount):
    return {
        "invoice_line_id": f"{name}-{day:%Y%m%d}",
        "customer_id": name,
        "kind": "one_off",
        "issued_at": day,
        "quantity": 1,
        "amount": float(amount),
        "currency": "USD",
        "status": "paid",
        "paid_at": day,
    }


def shop_company(home, shop, size, seed):
    """A company with one subscriber, which opens its calendar, and buyers; and what each buyer will yet bring, discounted."""
    draws = np.random.default_rng(seed)
    rows, later = [], {}
    for n, (days, spends) in enumerate(lives(draws, shop, size)):
        rows += [line(f"b{n}", day, spend) for day, spend in zip(days, spends, strict=True) if day < AS_OF]
        later[f"b{n}"] = sum(
            spend * 1.1 ** (-(day - AS_OF).days / 365.25)
            for day, spend in zip(days, spends, strict=True)
            if AS_OF <= day < AS_OF + timedelta(days=5 * 365.25)
        )
    company = Company(home, "2025-12-31")
    write(
        company.settings.raw,
        {
            "customers": [customer("subscriber"), *(customer(name) for name in later)],
            "plans": [plan("basic")],
            "subscription_changes": [change("subscriber", "2022-12-15")],
            "invoice_lines": rows,
        },
    )
    return built(company, "ltv_by_segment", "ltv_backtest", "customers"), later


def cdnow_company(home):
    """The 2,357 customers of the CDNOW sample (Fader and Hardie, brucehardie.com) as invoice lines of 1997, by the summary of
    each: repeat purchases, days to the last one, days to 30 September 1997, mean spend of the repeat purchases.
    """
    until, rows = datetime(1997, 9, 30), []
    with (Path(__file__).parent / "cdnow.csv").open() as file:
        for n, customer_row in enumerate(csv.DictReader(file)):
            repeats, recency, age = (int(customer_row[name]) for name in ("repeat_count", "recency_days", "age_days"))
            first = until - timedelta(days=age)
            # Only the last of the repeat purchases is told by its day; the others lie before it.
            days = [0, *range(1, repeats), recency] if repeats else [0]
            spend = float(customer_row["mean_spend"]) or 10
            rows += [line(f"c{n}", first + timedelta(days=day), spend) for day in days]
    names = sorted({row["customer_id"] for row in rows})
    company = Company(home, "1997-09-30")
    write(
        company.settings.raw,
        {
            "customers": [customer("subscriber"), *map(customer, names)],
            "plans": [plan("basic")],
            "subscription_changes": [change("subscriber", "1996-12-15", loaded_at=datetime(1997, 9, 30))],
            "invoice_lines": [row | {"loaded_at": datetime(1997, 9, 30)} for row in rows],
        },
    )
    return built(company, "int_bgnbd_fits", "int_gamma_gamma_fits")


def test_published_parameters(tmp_path):
    """Fader, Hardie and Lee (2005) and Fader and Hardie (2013) publish the parameters of the same customers."""
    company = cdnow_company(tmp_path)
    (found,) = rows_of(
        company,
        "select r, alpha, a, b, is_converged from intermediate.int_bgnbd_fits where valuation_date = '1997-09-30'",
    )
    assert [float(value) for value in found[:4]] == pytest.approx([0.243, 4.414, 0.793, 2.426], rel=0.01) and found[4]
    (found,) = rows_of(
        company,
        "select p, q, g, fit_status from intermediate.int_gamma_gamma_fits where valuation_date = '1997-09-30'",
    )
    assert [float(value) for value in found[:3]] == pytest.approx([6.25, 3.74, 15.44], rel=0.01)
    assert found[3] == "fitted"


def outcome(company, later):
    """The error of the total, whether its interval holds what came, and how many of the buyers' intervals do."""
    (total,) = rows_of(
        company,
        "select total_ltv_amount, total_ltv_low_amount, total_ltv_high_amount, historic_ltv_amount * customer_count "
        "from marts.ltv_by_segment where cohort_dimension = 'plan' and cohort_value = 'no_subscription'",
    )
    value, low, high, past = map(float, total)
    came = 0.8 * sum(later.values())
    buyers = rows_of(
        company,
        "select customer_id, historic_ltv_amount, ltv_low_amount, ltv_high_amount from marts.customer_ltv "
        "where ltv_method = 'purchase_model'",
    )
    assert len(buyers) == len(later)
    held = [
        float(low) - 0.001 <= float(past) + 0.8 * later[name] <= float(high) + 0.001 for name, past, low, high in buyers
    ]
    return (value - past) / came - 1, low <= past + came <= high, sum(held) / len(held)


@pytest.mark.nightly
def test_a_shop_is_valued(tmp_path):
    """What 300 buyers will bring in five years; what each may bring lies within its interval four times of five or more."""
    company, later = shop_company(tmp_path, SHOPS[1], 300, 7)
    error, is_covered, held = outcome(company, later)
    assert abs(error) < 0.3 and is_covered and held > 0.75
    (cell,) = rows_of(
        company,
        "select customer_count, predicted_survivor_count, actual_survivor_count, is_revenue_covered from marts.ltv_backtest "
        "where survival_segment = 'no_subscription' and prediction_decile = 0",
    )
    assert 100 < cell[0] < 300 and abs(float(cell[1]) - cell[2]) < 30 and cell[3]
    # A subscriber is valued by its curve, and no buyer is in service.
    assert rows_of(
        company,
        "select ltv_method, is_active, count(*), count(alive_rate), count(return_value_amount) from marts.customer_ltv group by 1, 2 "
        "order by 1",
    ) == [("purchase_model", False, 300, 300, 0), ("subscription_curve", True, 1, 0, 0)]


@pytest.mark.nightly
def test_six_shops_are_valued(tmp_path):
    """The error of the total is small on average, and intervals of totals and of single buyers hold."""
    found = [outcome(*shop_company(tmp_path / str(n), shop, 2000, 100 + n)) for n, shop in enumerate(SHOPS)]
    errors = [error for error, _, _ in found]
    assert np.mean(np.abs(errors)) < 0.08 and max(map(abs, errors)) < 0.2, errors
    assert sum(is_covered for _, is_covered, _ in found) >= 4, found
    assert all(0.75 < held < 0.98 for _, _, held in found), found


@pytest.mark.nightly
def test_too_few_buyers_have_no_value(tmp_path):
    """Fewer have bought again than the model wants: no value, and none of the totals loses its own."""
    company, _ = shop_company(tmp_path, SHOPS[1], 12, 3)
    assert rows_of(
        company,
        "select ltv_method, count(*), count(expected_future_ltv_amount), count(ltv_amount) from marts.customer_ltv group by 1 order by 1",
    ) == [("none", 12, 0, 0), ("subscription_curve", 1, 1, 1)]
    assert rows_of(
        company,
        "select customer_count, total_ltv_amount is not null from marts.ltv_by_segment where cohort_value = 'all'",
    ) == [(1, True)]
