"""Companies whose customers churn by a known hazard, and what the bills to come of each are truly expected to be worth."""

from datetime import datetime

import numpy as np
from ledgers import change

AS_OF = datetime(2025, 12, 31)
HORIZON, DISCOUNT, MARGIN = 60, 1.1, 0.8


def hazards(shape, random, prices):
    """Of each customer the monthly hazard at ages 1 to 240, one row a customer."""
    ages, count = np.arange(1, 241), len(prices)
    if shape == "constant":
        return np.full((count, 240), 0.03)
    if shape == "two_classes":
        return np.where(random.random(count) < 0.4, 0.10, 0.01)[:, None].repeat(240, axis=1)
    if shape == "lognormal":
        return np.minimum(0.5, 0.03 * np.exp(random.normal(0, 0.8, count)))[:, None].repeat(240, axis=1)
    if shape == "price":
        return np.minimum(0.5, 0.03 * (prices / np.median(prices)) ** 0.7)[:, None].repeat(240, axis=1)
    corners = {
        "rising_then_falling": ([1, 4, 8, 14, 20, 240], [0.02, 0.05, 0.08, 0.04, 0.008, 0.008]),
        "rising": ([1, 12, 24, 240], [0.01, 0.02, 0.04, 0.04]),
        "early": ([1, 3, 6, 240], [0.12, 0.06, 0.02, 0.02]),
    }
    return np.interp(ages, *corners[shape])[None, :].repeat(count, axis=0)


def month_after(day, months):
    month = day.month - 1 + months
    return day.replace(year=day.year + month // 12, month=month % 12 + 1)


def company(shape, seed, count=2000, months=48):
    """The log of a company that has grown for `months`, three in ten customers on annual terms, and the truth by customer.

    The truth is the gross profit of the future bills, discounted, that the customer's own hazard leaves to expect.
    """
    random = np.random.default_rng(seed)
    prices = np.exp(random.normal(4, 0.7, count))
    starts = months * np.sqrt(random.random(count))
    survival = np.cumprod(1 - hazards(shape, random, prices), axis=1)
    terms = np.where(random.random(count) < 0.3, 12, 1)
    lives = (survival > random.random(count)[:, None]).sum(axis=1) + 1
    lives = -(-lives // terms) * terms
    survival = np.concatenate([np.ones((count, 1)), survival, survival[:, -1:].repeat(200, axis=1)], axis=1)
    ahead, log, truth = np.arange(1, HORIZON + 1), [], {}
    for n, (price, start, term, life) in enumerate(zip(prices, starts, terms.tolist(), lives.tolist(), strict=True)):
        began = month_after(datetime(2026, 1, 1), int(start) - months).replace(day=1 + int(28 * (start % 1)))
        amount = round(float(price) * term, 2)
        columns = {"plan_id": None, "unit_amount": amount, "billing_interval": "year" if term == 12 else "month"}
        log.append(change(f"c{n}", began.isoformat(), **columns))
        if (ended := month_after(began, life)) <= AS_OF:
            log.append(change(f"c{n}", ended.isoformat(), "canceled", **columns))
            continue
        served = (AS_OF.year - began.year) * 12 + AS_OF.month - began.month
        left = survival[n, (served + ahead) // term * term] / survival[n, served // term * term]
        due = ((served + ahead) % term == 0) * DISCOUNT ** (-ahead / 12)
        truth[f"c{n}"] = MARGIN * amount * float((left * due).sum())
    return {"subscription_changes": log}, truth
