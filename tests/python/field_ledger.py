"""Random companies as the field has them: pauses, overlaps, ties, deletions, transfers, coupons, taxes, currencies, spellings.

A company is the life of each of its customers, told event by event. What must come of it says field_oracle.py.
"""

import random
from calendar import monthrange
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from ledgers import customer, plan

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SPELLINGS = {
    "canceled": "Cancelled ",
    "active": " Active",
    "trialing": "Trial",
    "past_due": "Past Due",
    "paused": "PAUSED",
}
INTERVALS = {"month": "Monthly", "year": "annual", "week": "weekly", "day": "Daily"}
ENDS = {"canceled", "expired"}
PLANS = [
    plan("basic", tier_rank=1),
    plan("pro", tier_rank=2, unit_amount=200),
    plan("free", unit_amount=0),
    plan("extra", product_name="Extra", product_type="Add-On", unit_amount=20),
    plan("rebate", product_name="Rebate", product_type="discount", unit_amount=-10),
]
KINDS = {"extra": "add_on", "rebate": "discount"}


def months_later(day, months):
    """The same day so many months later, or the last of its month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return day.replace(year=year, month=month + 1, day=min(day.day, monthrange(year, month + 1)[1]))


class Life:
    """The rows of one customer, event by event."""

    def __init__(self, ledger, number):
        self.ledger, self.draw, self.name = ledger, ledger.draw, f"c{number:03d}"
        self.names, self.subscriptions, self.named = [self.name], 0, None
        self.at = datetime(2023, 7, 1) + timedelta(seconds=self.draw.randrange(800 * 86400))
        if self.draw.random() < 0.3:
            self.at = self.near_month_end(self.at)
        self.currency = self.draw.choice(ledger.currencies)
        self.begin("trialing" if self.draw.random() < 0.3 else "active")

    def near_month_end(self, instant):
        return months_later(instant.replace(day=1, hour=0, minute=0, second=0), 1) + HOUR * self.draw.randrange(-14, 15)

    def pass_time(self, least=4, most=110):
        self.at += timedelta(days=self.draw.randint(least, most), seconds=self.draw.randrange(86400))
        if self.draw.random() < 0.15:
            self.at = max(self.near_month_end(self.at), self.at)

    def terms(self, **changes):
        pick = self.draw.choice
        interval, count = pick(
            [("month", 1)] * 4 + [("month", 3), ("year", 1), ("year", 2), ("week", 1), ("week", 2), ("day", 10)]
        )
        return {
            "plan_id": pick(["basic", "basic", "pro", None, "unlisted"]),
            "quantity": pick([None, 1, 2, 5, 12]),
            "unit_amount": self.draw.randrange(300, 90000, 7) / 100,
            "billing_interval": interval,
            "interval_count": count,
            "included_tax_rate": pick([None, None, None, 0.2, 0.07]),
        } | changes

    def begin(self, status):
        """A new subscription: a core item, at times an add-on and a rebate."""
        self.subscriptions += 1
        self.subscription = f"{self.name}_s{self.subscriptions}"
        self.items = {"core": self.terms()}
        if self.draw.random() < 0.3:
            self.items["extra"] = self.terms(plan_id="extra")
        if self.draw.random() < 0.15:
            core = self.items["core"]
            self.items["rebate"] = core | {
                "plan_id": "rebate",
                "quantity": 1,
                "unit_amount": -round(core["unit_amount"] / 4, 2),
            }
        self.say(status)

    def say(self, status, *items, **columns):
        """One row for each item; as systems do, at times twice, misspelled, or under an account that was merged since."""
        for item in items or list(self.items):
            row = self.items[item] | {
                "subscription_id": self.subscription,
                "item_id": f"{self.subscription}_{item}",
                "changed_at": self.at,
                "customer_id": self.draw.choice(self.names),
                "status": status,
                "currency": self.currency,
                "migrated_from_subscription_id": self.named,
                "loaded_at": self.ledger.loaded_at,
            }
            row |= columns
            if status in ENDS:
                row |= {"unit_amount": None, "discount_rate": None, "discount_amount": None}
            if self.draw.random() < 0.1:
                self.ledger.log.append(row | {"quantity": 77, "loaded_at": self.ledger.loaded_at - HOUR})
            if self.draw.random() < 0.15:
                row["status"] = SPELLINGS.get(status, status)
                row["billing_interval"] = INTERVALS[row["billing_interval"]]
                row["currency"] = row["currency"].lower()
            self.ledger.log.append(row)

    def live(self):
        """Events until the as-of day or the end."""
        events = (
            [self.change] * 3
            + [self.pause] * 3
            + [self.free, self.coupon, self.coupon, self.move, self.move, self.dun, self.add_on]
        )
        events += [self.leave, self.leave, self.free_plan, self.hand_over, self.hand_over_at_once]
        while True:
            self.pass_time()
            if self.at > self.ledger.loaded_at - 10 * DAY or not self.draw.choice(events)():
                break
        return self

    def change(self):
        core = self.items["core"]
        core |= self.draw.choice(
            [self.terms(), {"quantity": self.draw.randint(1, 20)}, {"unit_amount": core["unit_amount"] + 1}]
        )
        if "rebate" in self.items:
            self.items["rebate"] |= {
                name: core[name] for name in ("billing_interval", "interval_count", "included_tax_rate")
            }
            self.items["rebate"]["unit_amount"] = -round(core["unit_amount"] / 5, 2)
            self.say("active", "rebate")
        if self.draw.random() < 0.3:  # Two rows at one instant: the sequence says which counts.
            self.say("active", "core", change_sequence=2)
            self.ledger.log.append(self.ledger.log[-1] | {"quantity": 99, "status": "canceled", "change_sequence": 1})
        else:
            self.say("active", "core")
        return True

    def pause(self):
        self.say("paused")
        self.pass_time(3, 140)
        ending = self.draw.random()
        if ending < 0.2:
            self.say("canceled")
            return self.come_back()
        if ending < 0.45:
            self.move("paused" if ending < 0.35 else "active")
            if ending < 0.35:
                self.pass_time(3, 60)
        self.say("active")
        return True

    def free(self):
        if self.draw.random() < 0.5:
            self.say("trialing")
        else:
            self.say("active", unit_amount=0)
        self.pass_time(10, 120)
        if self.draw.random() < 0.2:
            self.say("expired")
            return self.come_back()
        self.say("active")
        return True

    def coupon(self):
        for_days = self.draw.randint(5, 200)
        core = self.items["core"]
        kind = {"discount_kind": self.draw.choice([None, None, "recurring", "once"])}
        kind |= self.draw.choice(
            [{"discount_rate": self.draw.choice([0.1, 0.5, 1])}, {"discount_amount": round(core["unit_amount"] / 3, 2)}]
        )
        if "rebate" in self.items:
            return self.change()
        self.say("active", "core", **kind, discount_ends_at=self.at + DAY * for_days)
        bill = {"month": 31, "year": 366, "week": 7, "day": 1}[core["billing_interval"]] * core["interval_count"]
        self.at += DAY * (for_days + bill)  # Nothing else happens before the bill that it lowered is over.
        return True

    def move(self, status="active"):
        """A change of plan as an end and a new start: within hours, or by name with days between or both."""
        old, ends = self.subscription, self.at
        saved, self.named = self.named, None
        if self.draw.random() < 0.5:
            self.at = self.near_month_end(self.at)
            starts = self.at + HOUR * self.draw.randrange(-23, 24)
        else:
            self.named, starts = old, self.at + DAY * self.draw.randrange(-3, 20)
        ends, named, self.named = self.at, self.named, saved
        self.say("canceled")
        self.named, self.at = named, starts
        if status == "paused":
            self.named = old
        self.begin(status)
        self.at = max(ends, starts)
        return True

    def dun(self):
        self.say("past_due")
        self.pass_time(5, 40)
        if self.draw.random() < 0.4:
            self.say(self.draw.choice(["unpaid", "canceled"]))
            self.pass_time(5, 60)
        self.say("active")
        return True

    def add_on(self):
        if "extra" in self.items:
            self.say("canceled", "extra")
            del self.items["extra"]
        else:
            self.items["extra"] = self.terms(plan_id="extra")
            self.say("active", "extra", item_id=f"{self.subscription}_extra")
        return True

    def leave(self):
        way = self.draw.random()
        if way < 0.25:
            self.ledger.customers[self.name]["deleted_at"] = self.at
            return False
        if way < 0.5:  # An update and the end within one second, without a word of their order.
            self.say("active", quantity=30)
        self.say(self.draw.choice(["canceled", "expired"]))
        return self.come_back()

    def come_back(self):
        self.pass_time(3, 200)
        self.named = None
        if self.draw.random() < 0.5 and self.at < self.ledger.loaded_at - 10 * DAY:
            self.begin(self.draw.choice(["active", "active", "trialing"]))
            return True
        return False

    def free_plan(self):
        kept = self.items
        self.items = {"core": kept["core"] | {"plan_id": "free", "unit_amount": 0}}
        for item in set(kept) - {"core"}:
            self.items[item] = kept[item]
            self.say("canceled", item)
            del self.items[item]
        self.say("active", "core")
        self.pass_time(20, 90)
        self.items["core"] = self.terms()
        self.say("active", "core")
        return True

    def other(self):
        heir = f"{self.name}_heir{self.subscriptions}"
        self.ledger.customers[heir] = customer(heir, loaded_at=self.ledger.loaded_at)
        return heir

    def hand_over(self):
        """To another customer, whose subscription names this one."""
        old = self.subscription
        self.say("canceled")
        self.name = self.other()
        self.names, self.subscriptions, self.named = [self.name], 0, old
        self.at -= DAY * self.draw.randrange(0, 5)
        self.begin("active")
        self.pass_time(10, 50)
        return True

    def hand_over_at_once(self):
        """The same subscription under another customer."""
        self.name = self.other()
        self.names = [self.name]
        self.say("active")
        self.pass_time(10, 50)
        return True


class FieldLedger:
    """Tables of a random company, and what must come of them."""

    def __init__(self, seed, customers=150, zone="UTC", as_of=date(2025, 12, 31)):
        self.draw, self.zone, self.as_of = random.Random(seed), ZoneInfo(zone), as_of
        self.loaded_at = datetime.combine(as_of, datetime.min.time()) + HOUR * 12
        self.currencies = ["USD"] * 5 + ["EUR", "JPY"]
        self.customers, self.log = {}, []
        self.rates = {}
        for currency, rate in (("EUR", 1.1), ("JPY", 0.007)):
            for month in range(36):
                day = months_later(date(2023, 1, 1), month) + DAY * self.draw.randrange(28) * (month > 0)
                self.rates[currency, day] = round(rate * self.draw.uniform(0.9, 1.1), 5)
        for number in range(customers):
            life = Life(self, number)
            name, loaded = life.name, {"loaded_at": self.loaded_at}
            kind = self.draw.random()
            self.customers[name] = customer(name, is_internal=kind < 0.03) | loaded
            if 0.05 < kind < 0.15:  # An account merged into this one; the old one was deleted then.
                gone = {"merged_into_customer_id": name, "deleted_at": life.at + 200 * DAY}
                self.customers[f"{name}_merged"] = (
                    customer(f"{name}_merged")
                    | loaded
                    | (gone if gone["deleted_at"] < self.loaded_at else {"merged_into_customer_id": name})
                )
                life.names.append(f"{name}_merged")
            life.live()
            if 0.15 < kind < 0.2:
                del self.customers[name]  # Billed and not listed.
        self.log = [row for row in self.log if row["changed_at"] < self.loaded_at]
        early = [
            dict(self.log[0], subscription_id=f"early{n}", item_id=f"early{n}", customer_id="early") for n in range(3)
        ]
        for row in early:
            self.log += [row, row | {"changed_at": row["changed_at"] - DAY, "status": "canceled"}]
        self.draw.shuffle(self.log)
        rates = [
            {"currency": c, "rate_date": day, "rate": rate, "loaded_at": self.loaded_at}
            for (c, day), rate in self.rates.items()
        ]
        self.tables = {
            "customers": list(self.customers.values()),
            "plans": [row | {"loaded_at": self.loaded_at} for row in PLANS],
            "subscription_changes": self.log,
            "exchange_rates": rates,
        }
