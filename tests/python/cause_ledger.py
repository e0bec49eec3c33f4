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
# What a company of cause `others` loses customers for, and the signal that each raises.
OTHER_CAUSES = {
    "champion_gone": "contact_gone",
    "many_tickets": "support_tickets",
    "slow_ticket": "slow_tickets",
    "poor_help": "support_satisfaction",
    "late_payment": "late_payments",
    "discount": "discount_ending",
}


class Others:
    """Causes beside the first four, of a company that has them all: each lasts three months, and raises one signal."""

    def __init__(self, seed, names, prices):
        self.rng, self.names, self.prices = np.random.default_rng([seed, 2]), names, prices
        self.since = {name: np.full(len(names), 99) for name in OTHER_CAUSES}
        self.champions = np.zeros(len(names), int)
        self.tickets, self.log = [], []

    def ticket(self, n, opened, days, score=None):
        self.tickets.append((self.names[n], opened, opened + days, score))

    def month(self, first_day, alive, starting):
        """Whether each customer is under one of the causes in the month."""
        for name in OTHER_CAUSES:
            since = np.where(self.since[name] >= 2, 99, self.since[name] + 1)
            befallen = alive & ~starting & (since == 99) & (self.rng.random(len(alive)) < 0.025)
            self.since[name] = np.where(befallen, 0, since)
            for n in np.flatnonzero(befallen):
                getattr(self, name)(n, first_day + int(self.rng.integers(0, 20)))
        for n in np.flatnonzero(alive & (self.rng.random(len(alive)) < 0.3)):
            score = 1 if self.since["poor_help"][n] < 99 else int(self.rng.integers(4, 6))
            self.ticket(n, first_day + int(self.rng.integers(0, 27)), 1, score)
        return sum(since < 99 for since in self.since.values())

    def champion_gone(self, n, day):
        self.champions[n] += 100

    def many_tickets(self, n, day):
        for _ in range(4):
            self.ticket(n, day, 1)

    def slow_ticket(self, n, day):
        self.ticket(n, day, int(self.rng.integers(40, 75)))

    def poor_help(self, n, day):
        pass

    def late_payment(self, n, day):
        terms = {"unit_amount": self.prices[n], "quantity": 10}
        self.log += [change(self.names[n], str(day), "past_due", **terms), change(self.names[n], str(day + 5), **terms)]

    def discount(self, n, day):
        ends = datetime.fromisoformat(str(day + 80))
        terms = {"unit_amount": self.prices[n], "quantity": 10, "discount_rate": 0.2, "discount_ends_at": ends}
        self.log.append(change(self.names[n], str(day), **terms))

    def users(self, who):
        """Half of all that a customer does is done by one person."""
        return np.where(self.rng.random(len(who)) < 0.5, self.champions[who], self.rng.integers(1, 9, len(who)))


def write_company(raw, cause, seed, customer_count=1500, hazard=0.035, factor=6, events_a_month=8):
    """Write the inputs of a company into the folder `raw`; the cause is one of CAUSES, all of them, others or none."""
    rng, price_rng = np.random.default_rng(seed), np.random.default_rng([seed, 1])
    names = np.array([f"c{n}" for n in range(customer_count)])
    log, tickets, events = [], [], []
    alive = np.zeros(customer_count, bool)
    # Three in ten are there when records begin.
    first_months = np.where(rng.random(customer_count) < 0.3, 0, rng.integers(0, MONTHS - 3, customer_count))
    intensity = np.exp(rng.normal(np.log(events_a_month), 0.6, customer_count))
    since = {name: np.full(customer_count, 99) for name in CAUSES}
    prices = np.full(customer_count, 100.0)
    others = Others(seed, names, prices) if cause == "others" else None
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
                    tickets.append((names[n], opened, opened + int(rng.integers(20, 75)), None))
        troubled = others.month(first_day, alive, starting) if others else None
        # What counts for a cause that is not the company's is noise that must not be learned.
        active = {name: since[name] < 99 for name in CAUSES}
        rate = intensity * np.where(active["usage_fades"], 0.3, 1)
        counts = rng.poisson(rate) * alive
        who = np.repeat(np.arange(customer_count), counts)
        people = np.where(active["seats_collapse"], 2, 8)[who]
        users = others.users(who) if others else (rng.random(len(who)) * people).astype(int)
        events.append((who, users, first_day, days, rng.random(len(who))))
        count = sum(active[name] for name in CAUSES) if cause == "all" else active.get(cause, np.zeros(customer_count))
        count = troubled if others else count
        odds = hazard * np.where(count > 0, factor, 1) * (1 if cause != "none" else 2)
        leaving = alive & (rng.random(customer_count) < odds)
        for n in np.flatnonzero(leaving & ~starting):
            last = first_day + (27 if others else int(rng.integers(1, days)))
            if month < MONTHS - 1:
                log.append(change(names[n], str(last), "expired", unit_amount=prices[n], quantity=10))
                alive[n] = False
    tables = {
        "customers": [customer(name) for name in names],
        "plans": [plan("basic")],
        "subscription_changes": log + (others.log if others else []),
        "support_tickets": [
            {
                "ticket_id": f"t{n}",
                "customer_id": name,
                "priority": priority,
                "satisfaction_score": score,
                "opened_at": datetime.fromisoformat(str(opened)),
                "resolved_at": datetime.fromisoformat(str(resolved))
                if resolved < np.datetime64("2025-12-01")
                else None,
            }
            for n, (name, opened, resolved, score, priority) in enumerate(
                [(*ticket, "urgent") for ticket in tickets]
                + [(*ticket, "normal") for ticket in (others.tickets if others else [])]
            )
            if opened < np.datetime64("2025-12-01")
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
