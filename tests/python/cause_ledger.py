"""Companies whose customers leave for one known cause, or for none: subscriptions, prices, usage, seats and tickets, month by month.

A cause befalls a customer by chance, at any time of its life; while it lasts the hazard of leaving is a multiple of the usual one.
"""

from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from ledgers import change, customer, plan, write

START, MONTHS = np.datetime64("2023-10-01"), 26
LOADED_AT = datetime(2025, 12, 1)
CAUSES = ("usage_fades", "urgent_ticket", "seats_collapse", "price_rise")


def write_company(raw, cause, seed, customer_count=1500, hazard=0.035, factor=6, events_a_month=8):
    """Write the inputs of a company into the folder `raw`; the cause is one of CAUSES, all or none."""
    rng, price_rng = np.random.default_rng(seed), np.random.default_rng([seed, 1])
    names = np.array([f"c{n}" for n in range(customer_count)])
    log, tickets, events = [], [], []
    alive = np.zeros(customer_count, bool)
    # Three in ten are there when records begin.
    first_months = np.where(rng.random(customer_count) < 0.3, 0, rng.integers(0, MONTHS - 3, customer_count))
    intensity = np.exp(rng.normal(np.log(events_a_month), 0.6, customer_count))
    since = {name: np.full(customer_count, 99) for name in CAUSES}
    prices = np.full(customer_count, 100.0)
    for month in range(MONTHS):
        first_day = (START.astype("datetime64[M]") + month).astype("datetime64[D]")
        days = int(((first_day.astype("datetime64[M]") + 1).astype("datetime64[D]") - first_day).astype(int))
        starting = first_months == month
        log += [change(name, str(first_day), quantity=10) for name in names[starting]]
        alive |= starting
        for name in CAUSES:
            lasts = 2 if name == "urgent_ticket" else 4
            since[name] = np.where(since[name] >= lasts, 99, since[name] + 1)
            draws = price_rng if name == "price_rise" else rng
            befallen = alive & (since[name] == 99) & (draws.random(customer_count) < 0.05)
            since[name] = np.where(befallen, 0, since[name])
            if name == "price_rise":
                for n in np.flatnonzero(befallen & ~starting):
                    prices[n] *= 1.2
                    log.append(change(names[n], str(first_day), unit_amount=prices[n], quantity=10))
            if name == "urgent_ticket":
                for n in np.flatnonzero(befallen):
                    opened = first_day + int(rng.integers(0, days))
                    tickets.append((names[n], opened, opened + int(rng.integers(20, 75))))
        # What counts for a cause that is not the company's is noise that must not be learned.
        active = {name: since[name] < 99 for name in CAUSES}
        rate = intensity * np.where(active["usage_fades"], 0.3, 1)
        counts = rng.poisson(rate) * alive
        who = np.repeat(np.arange(customer_count), counts)
        people = np.where(active["seats_collapse"], 2, 8)[who]
        events.append((who, (rng.random(len(who)) * people).astype(int), first_day, days, rng.random(len(who))))
        count = sum(active[name] for name in CAUSES) if cause == "all" else active.get(cause, np.zeros(customer_count))
        odds = hazard * np.where(count > 0, factor, 1) * (1 if cause != "none" else 2)
        leaving = alive & (rng.random(customer_count) < odds)
        for n in np.flatnonzero(leaving & ~starting):
            last = first_day + int(rng.integers(1, days))
            if month < MONTHS - 1:
                log.append(change(names[n], str(last), "expired", unit_amount=prices[n], quantity=10))
                alive[n] = False
    tables = {
        "customers": [customer(name) for name in names],
        "plans": [plan("basic")],
        "subscription_changes": log,
        "support_tickets": [
            {
                "ticket_id": f"t{n}",
                "customer_id": name,
                "priority": "urgent",
                "opened_at": datetime.fromisoformat(str(opened)),
                "resolved_at": datetime.fromisoformat(str(resolved))
                if resolved < np.datetime64("2025-12-01")
                else None,
            }
            for n, (name, opened, resolved) in enumerate(tickets)
        ],
    }
    write(raw, {name: [row | {"loaded_at": LOADED_AT} for row in rows] for name, rows in tables.items()})
    who = np.concatenate([part[0] for part in events])
    users = np.concatenate([part[1] for part in events])
    moments = np.concatenate(
        [
            first.astype("datetime64[us]") + (share * days * 86_400_000_000).astype(int)
            for _, _, first, days, share in events
        ]
    )
    table = pa.table(
        {
            "event_id": [f"e{n}" for n in range(len(who))],
            "customer_id": names[who],
            "user_id": np.char.add(np.char.add(names[who], "u"), users.astype(str)),
            "feature": np.array(["f1", "f2", "f3"])[np.arange(len(who)) % 3],
            "occurred_at": moments,
            "quantity": pa.nulls(len(who), pa.float64()),
            "loaded_at": pa.array([LOADED_AT] * len(who), pa.timestamp("us")),
        }
    )
    pq.write_table(table, raw / "usage_events.parquet")
