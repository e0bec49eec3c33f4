"""A company of subscriptions and usage only, as others' data come: all rows loaded at once, one monthly plan.

How much a customer uses the product is drawn once; whether that says anything of its leaving is up to `effect`, by which
the logarithm of the chance to leave falls for each standard deviation of usage more. Prices are alike unless `price_spread` spreads their
logarithms; a share of the customers may be on annual terms, at whose renewals alone they leave.
"""

from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from ledgers import change, customer, plan, write

DAYS = 720
START = np.datetime64("2024-01-01")
LOADED_AT = datetime(2025, 12, 21)
FEATURES = np.array(["f1", "f2", "f3", "f4", "f5", "f6"])


def write_company(
    raw, seed, effect, customer_count=1200, events_a_day=0.5, churn=0.05, price_spread=0.0, annual_share=0.0
):
    """Write the four required inputs into the folder `raw`."""
    rng = np.random.default_rng(seed)
    usage = rng.normal(size=customer_count)
    starts = rng.integers(0, DAYS - 60, customer_count)
    ends = starts + 30 * rng.geometric(np.clip(churn * np.exp(-effect * usage), 0, 0.9))
    names = [f"c{n}" for n in range(customer_count)]
    # Draws of their own: those of the company stay whatever is asked for here.
    terms = np.random.default_rng(seed + 1000)
    prices = np.round(100 * np.exp(price_spread * terms.normal(size=customer_count)), 2)
    is_annual = terms.random(customer_count) < annual_share
    ends = np.where(is_annual, starts + 365 * -(-(ends - starts) // 365), ends)
    log = [
        change(
            name,
            str(START + day),
            status,
            float(price) * (12 if annual else 1),
            **({"plan_id": None, "billing_interval": "year"} if annual else {}),
        )
        for name, start, end, price, annual in zip(names, starts, ends, prices, is_annual, strict=True)
        for day, status in ((start, "active"), (end, "expired"))
        if day < DAYS
    ]
    tables = {
        "customers": [customer(name) for name in names],
        "plans": [plan("basic")],
        "subscription_changes": log,
    }
    write(raw, {name: [row | {"loaded_at": LOADED_AT} for row in rows] for name, rows in tables.items()})

    # A row a customer and day, then a row an event.
    lives = np.minimum(ends, DAYS) - starts
    who = np.repeat(np.arange(customer_count), lives)
    days = np.concatenate([np.arange(start, start + life) for start, life in zip(starts, lives, strict=True)])
    counts = rng.poisson(events_a_day * np.exp(0.9 * usage[who] + 0.3 * rng.normal(size=len(who))))
    who, days = np.repeat(who, counts), np.repeat(days, counts)
    moments = START.astype("datetime64[us]") + (days * 86400 + rng.integers(0, 86400, len(days))) * 1_000_000
    events = pa.table(
        {
            "event_id": [f"e{n}" for n in range(len(days))],
            "customer_id": np.array(names)[who],
            "user_id": pa.nulls(len(days), pa.string()),
            "feature": FEATURES[np.minimum(rng.geometric(0.4, len(days)) - 1, len(FEATURES) - 1)],
            "occurred_at": moments,
            "quantity": pa.nulls(len(days), pa.float64()),
            "loaded_at": pa.array([LOADED_AT] * len(days), pa.timestamp("us")),
        }
    )
    pq.write_table(events, raw / "usage_events.parquet")
