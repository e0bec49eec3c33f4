"""Customers that buy without a subscription: published parameters, and shops whose true future is known."""

import csv
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from conftest import Company, built, columns_of, rows_of
from ledgers import change, customer, plan, write

# Purchase rate gamma(r, alpha) a week, last purchase beta(a, b), spend gamma(p, v) with v of gamma(q, g); buyers, years.
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
        rate, last_chance = draws.gamma(shop["r"], 7 / 7 / shop["alpha"]), draws.beta(shop["a"], shop["b"])
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
