"""A random company of several hundred customers, and its MRR by an independent calculation.

Every interval, trials, pauses, unpaid stretches, recurring and `once` discounts, several items, plan changes written as
cancel and new, planned cancellations, duplicates, corrections and rows of garbage. The calculation here walks through
each item's log with exact fractions, one month end at a time; it shares no code with the project.
"""

import calendar
import random
from datetime import date, datetime, timedelta
from fractions import Fraction

from ledgers import change, customer, plan

MONTHS_OF = {
    "day": Fraction(12, 365),
    "week": Fraction(12, 52),
    "month": Fraction(1),
    "year": Fraction(12),
}
PAYING = ("active", "past_due")
FIRST = date(2023, 3, 1)


def is_end(row):
    return row["status"] in ("canceled", "expired")


def months_after(day, months):
    """The same day so many months later; the month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def month_after(month):
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


class Ledger:
    """The rows of a company (`tables`), and what must come out of them."""

    def __init__(self, seed, customer_count=400):
        self.rng = random.Random(seed)
        self.as_of = date(2025, 6, 17)
        self.loaded_at = datetime(2025, 6, 18, 3)
        self.log = []
        for number in range(customer_count):
            self.add_customer(f"c{number:03d}")
        # What names a customer or a plan that nobody lists counts, and what names no quantity is of one.
        for name, columns in (("nobody", {}), ("c001", {"plan_id": "nothing"}), ("c001", {"quantity": None})):
            terms = {
                "plan_id": "basic",
                "quantity": 1,
                "unit_amount": 70,
                "billing_interval": "month",
                "interval_count": 1,
            }
            subscription_id = f"unlisted{len(self.log)}"
            self.entry(name, subscription_id, subscription_id, datetime(2024, 5, 5), "active", terms | columns)
        good = [dict(row) for row in self.log]
        self.garbage = self.make_garbage()
        repeated = [row | {"loaded_at": row["loaded_at"] - timedelta(hours=1)} for row in self.rng.sample(good, 60)]
        outdated = [
            row | {"loaded_at": row["loaded_at"] - timedelta(days=1), "unit_amount": 999, "quantity": 9}
            for row in self.rng.sample(good, 60)
        ]
        rows = good + repeated + outdated + [dict(row) for row in self.rng.sample(good, 40)] + self.garbage
        self.rng.shuffle(rows)
        customers = [
            customer(f"c{n:03d}", loaded_at=self.loaded_at, acquisition_channel=self.rng.choice(["a", "b", None]))
            for n in range(customer_count)
        ]
        self.tables = {
            "customers": customers,
            "plans": [
                plan("basic", loaded_at=self.loaded_at),
                plan("extra", product_type="add_on", loaded_at=self.loaded_at),
                plan("help", product_type="service", loaded_at=self.loaded_at),
            ],
            "subscription_changes": rows,
            "usage_events": [],
        }

    def instant(self, after=None, days=700):
        """A random instant, often a midnight and sometimes the first of a month."""
        start = after or datetime(FIRST.year, FIRST.month, FIRST.day)
        chosen = start + timedelta(seconds=self.rng.randrange(1, days * 86400))
        if self.rng.random() < 0.2:
            chosen = chosen.replace(hour=0, minute=0, second=0)
        if self.rng.random() < 0.1:
            chosen = chosen.replace(day=1, hour=0, minute=0, second=0)
        return max(chosen, start + timedelta(seconds=1))

    def entry(self, customer_id, subscription_id, item_id, when, status, terms):
        self.log.append(
            change(customer_id, when.isoformat(), status)
            | {"subscription_id": subscription_id, "item_id": item_id, "loaded_at": self.loaded_at}
            | terms
        )

    def terms(self, plan_id):
        interval = self.rng.choice(["day", "week", "month", "month", "month", "year", "year"])
        terms = {
            "plan_id": plan_id,
            "quantity": self.rng.choice([1, 1, 2, 5, 12.5]),
            "unit_amount": self.rng.choice([5, 9.99, 29, 100, 239.9, 1200, 0]),
            "billing_interval": interval,
            "interval_count": self.rng.choice([1, 1, 1, 2, 3, 6]),
        }
        if self.rng.random() < 0.3:
            terms["discount_kind"] = self.rng.choice(["recurring", "once"])
            if self.rng.random() < 0.6:
                terms["discount_rate"] = self.rng.choice([0.1, 0.25, 0.5, 1])
            else:
                terms["discount_amount"] = self.rng.choice([1, 7.5, 50])
            if self.rng.random() < 0.5:
                terms["discount_ends_at"] = self.instant()
        return terms

    def add_customer(self, customer_id):
        for number in range(self.rng.choice([1, 1, 1, 2])):
            subscription_id = f"{customer_id}_s{number}"
            when = self.instant(days=600)
            for item, plan_id in enumerate(
                self.rng.choice([["basic"], ["basic"], ["basic", "extra"], ["basic", "help"]])
            ):
                terms = self.terms(plan_id)
                at = when
                for _ in range(self.rng.randrange(1, 6)):
                    status = self.rng.choice(["active"] * 5 + ["past_due", "trialing", "paused", "unpaid"])
                    if self.rng.random() < 0.5:
                        terms = self.terms(plan_id)
                    self.entry(customer_id, subscription_id, f"i{item}", at, status, terms)
                    at = self.instant(at, days=160)
                if self.rng.random() < 0.5:
                    end = self.rng.choice(["canceled", "expired"])
                    bare = {"quantity": None, "unit_amount": None, "currency": None, "billing_interval": None}
                    self.entry(customer_id, subscription_id, f"i{item}", at, end, self.rng.choice([terms, bare]))
                    if self.rng.random() < 0.3 and plan_id == "basic":
                        later = at + timedelta(hours=self.rng.choice([1, 3, 23]))
                        self.entry(customer_id, f"{subscription_id}_next", "i0", later, "active", self.terms("basic"))

    def make_garbage(self):
        """Rows that must be rejected, each with an item of its own so that no good row is touched."""
        faults = [
            {"customer_id": None},
            {"status": "zombie"},
            {"status": None},
            {"quantity": -1},
            {"unit_amount": -5},
            {"unit_amount": float("nan")},
            {"quantity": float("inf")},
            {"billing_interval": "fortnight"},
            {"interval_count": 0},
            {"discount_rate": 1.5},
            {"discount_rate": -0.1},
            {"currency": "XXX"},
            {"currency": "EUR"},
            {"changed_at": datetime(1970, 1, 1)},
            {"changed_at": None},
            {"loaded_at": None},
            {"unit_amount": None},
        ]
        return [
            change("c001", "2024-05-05", loaded_at=self.loaded_at, subscription_id=f"garbage{n}", item_id=f"g{n}")
            | fault
            for n, fault in enumerate(faults)
        ] + [change("c001", "2024-05-05", loaded_at=self.loaded_at) | {"subscription_id": None, "item_id": "g"}]

    def mark_discounts(self, rows):
        """Write into each entry of an item until when its discount holds: to the end of the bill that it lowered."""
        ends = 0
        for row in rows:
            ends += row["status"] in ("canceled", "expired")
            row["life"] = (ends, row["billing_interval"], row["interval_count"])
        for row in rows:
            bills = [
                other["changed_at"]
                for other in rows
                if other["life"] == row["life"] and other["status"] in PAYING and other["plan_id"] != "help"
            ]
            row["discount_until"] = until = row.get("discount_ends_at")
            if until is None or not bills:
                continue
            first, number, day = min(bills).date(), 0, min(bills).date()
            while day < until.date():
                number += row["interval_count"]
                if row["billing_interval"] in ("day", "week"):
                    day = first + timedelta(days=number * (7 if row["billing_interval"] == "week" else 1))
                else:
                    day = months_after(first, number * (12 if row["billing_interval"] == "year" else 1))
            row["discount_until"] = max(until, datetime(day.year, day.month, day.day))

    def amount(self, row, instant):
        """Monthly amount of an entry just before an instant, exact."""
        if row["status"] not in PAYING or row["plan_id"] == "help":
            return Fraction(0)
        price = Fraction(str(1 if row["quantity"] is None else row["quantity"])) * Fraction(str(row["unit_amount"]))
        ends_at = row["discount_until"]
        if row.get("discount_kind") == "recurring" and (ends_at is None or ends_at >= instant):
            price = price * (1 - Fraction(str(row.get("discount_rate") or 0))) - Fraction(
                str(row.get("discount_amount") or 0)
            )
        return max(price, Fraction(0)) / (MONTHS_OF[row["billing_interval"]] * row["interval_count"])

    def month_ends(self):
        """Each month with the first instant after it, or after the as-of day."""
        month, limit = FIRST, datetime(self.as_of.year, self.as_of.month, self.as_of.day) + timedelta(days=1)
        while month <= self.as_of:
            end = month_after(month)
            yield month, min(datetime(end.year, end.month, end.day), limit)
            month = end

    def continuation(self, starts, end_row, paid, ended):
        """When what an item paid to its end is continued: by what starts next, else by what started last before it."""
        if self.amount(paid, ended) == 0:
            return None
        near = [
            began
            for began, row in starts.get(end_row["customer_id"], [])
            if abs(began - ended) <= timedelta(days=1)
            and (row["plan_id"] == "extra") == (end_row["plan_id"] == "extra")
            and (
                began >= ended
                or (row["subscription_id"], row["item_id"]) != (end_row["subscription_id"], end_row["item_id"])
            )
        ]
        after = [began for began in near if began >= ended]
        return min(after) if after else max(near, default=None)

    def expected_mrr(self):
        """(customer, month) -> MRR above 0, to the fraction."""
        limit, logs = self.limit(), self.item_logs()
        # When a customer begins to pay for an item: an end within a day of it is a plan change.
        starts = {}
        for rows in logs:
            has_paid = holds = False
            for before, row in zip([None, *rows], rows, strict=False):
                # A pause of what was paid holds it: what is paid again then has not begun.
                held = before is not None and (self.amount(before, row["changed_at"]) > 0 or holds)
                pays = self.amount(row, row["changed_at"] + timedelta(microseconds=1)) > 0
                has_paid = has_paid or held or pays
                holds = row["status"] == "paused" and has_paid
                if pays and not held:
                    starts.setdefault(row["customer_id"], []).append((row["changed_at"], row))
                ends_at = row["discount_until"]
                if ends_at and row["changed_at"] < ends_at < limit and self.amount(row, ends_at) == 0:
                    starts.setdefault(row["customer_id"], []).append((ends_at, row))
        expected = {}
        for rows in logs:
            for month, end in self.month_ends():
                before = [row for row in rows if row["changed_at"] < end]
                if not before:
                    continue
                last = before[-1]
                amount = self.amount(last, end)
                position = next((n for n in range(len(before) - 1, len(rows)) if is_end(rows[n])), None)
                if position:
                    ended, paid = rows[position]["changed_at"], rows[position - 1]
                    began = self.continuation(starts, rows[position], paid, ended)
                    if began and last is rows[position] and began >= end:
                        amount = self.amount(paid, ended)
                    elif began and last is not rows[position] and began < end:
                        amount = Fraction(0)
                key = (last["customer_id"], month)
                expected[key] = expected.get(key, Fraction(0)) + amount
        return {key: amount for key, amount in expected.items() if amount > 0}

    def limit(self):
        return list(self.month_ends())[-1][1]

    def item_logs(self):
        """The entries of each item by the as-of day, in order; rows with one key are never made twice with other content."""
        items = {}
        for row in self.log:
            if row["changed_at"] < self.limit():
                items.setdefault((row["subscription_id"], row["item_id"]), []).append(row)
        logs = [sorted(rows, key=lambda row: row["changed_at"]) for rows in items.values()]
        for rows in logs:
            self.mark_discounts(rows)
        return logs

    def stretches(self):
        """Customer -> stretches (start, end, paid, free or paused) of its items."""
        found, ends = {}, {}
        for rows in self.item_logs():
            for row in rows:
                if is_end(row):
                    ends.setdefault(row["customer_id"], []).append(row["changed_at"])
        for rows in self.item_logs():
            first = rows[0]
            has_paid = first["status"] == "paused" and any(
                first["changed_at"] - timedelta(days=1) <= ended <= first["changed_at"]
                for ended in ends.get(first["customer_id"], [])
            )
            for row, after in zip(rows, [*rows[1:], None], strict=True):
                start, end = row["changed_at"], after["changed_at"] if after else self.limit()
                turn = row["discount_until"]
                parts = [(start, turn), (turn, end)] if turn and start < turn < end else [(start, end)]
                for begin, finish in parts:
                    paid = self.amount(row, begin + timedelta(microseconds=1)) > 0
                    has_paid = has_paid or paid
                    kind = "paid" if paid else None
                    if not paid and row["plan_id"] != "help" and row["status"] in (*PAYING, "trialing"):
                        kind = "free"
                    elif not paid and row["status"] == "paused" and has_paid:
                        kind = "paused"
                    if kind:
                        found.setdefault(row["customer_id"], []).append((begin, finish, kind))
        return found

    def expected_active(self):
        """Customer and month of those in service at its end: with MRR, or with something in force in an unbroken service."""
        mrr, active = self.expected_mrr(), set()
        active.update(mrr)
        for customer_id, stretches in self.stretches().items():
            services, reach = [], None
            for begin, finish, kind in sorted(stretches):
                if reach is None or begin > reach + timedelta(days=1):
                    services.append({"start": None, "paid_until": None, "end": finish})
                elif (
                    kind == "paid" and services[-1]["start"] and begin > services[-1]["paid_until"] + timedelta(days=92)
                ):
                    services.append({"start": None, "paid_until": None, "end": reach})
                reach = max(finish, reach or finish)
                service = services[-1]
                service["end"] = max(service["end"], finish)
                if kind == "paid":
                    service["start"] = service["start"] or begin
                    service["paid_until"] = max(finish, service["paid_until"] or finish)
            first_paid = min((month for name, month in mrr if name == customer_id), default=None)
            for month, instant in self.month_ends():
                in_force = any(begin < instant <= finish for begin, finish, kind in stretches if kind != "paused")
                served = any(
                    service["start"]
                    and service["start"] < instant
                    and instant <= min(service["end"], service["paid_until"] + timedelta(days=92))
                    for service in services
                )
                if in_force and served and first_paid and first_paid < month:
                    active.add((customer_id, month))
        return active

    def expected_triangle(self):
        """(cohort month, age) -> (customers of the cohort, those in service, MRR)."""
        mrr, in_service = self.expected_mrr(), self.expected_active()
        cohorts = {}
        for customer_id, month in mrr:
            cohorts[customer_id] = min(month, cohorts.get(customer_id, month))
        cells = {}
        for month, _ in self.month_ends():
            for customer_id, cohort in cohorts.items():
                if cohort <= month:
                    age = (month.year - cohort.year) * 12 + month.month - cohort.month
                    size, active, amount = cells.get((cohort, age), (0, 0, Fraction(0)))
                    paid = mrr.get((customer_id, month), Fraction(0))
                    cells[cohort, age] = (size + 1, active + ((customer_id, month) in in_service), amount + paid)
        return cells
