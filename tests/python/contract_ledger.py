"""A random company of contracts, written from decisions: what became of each term is decided first, the log follows.

The models read only the log. Half of the renewals that change nothing are not written at all, as many systems do.
"""

import calendar
import random
from datetime import date, datetime, timedelta

from ledgers import change, customer, plan

AS_OF = date(2025, 6, 17)
LOADED_AT = datetime(2025, 6, 17, 23)


def months_after(day, months):
    """The same day of the month so many months later; the month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


class Contracts:
    """The rows of the company (`tables`) and its terms: subscription, start, renewal, last day of notice, end, outcome."""

    def __init__(self, seed, subscription_count=300):
        self.rng = random.Random(seed)
        self.log = []
        self.terms = []
        for number in range(subscription_count):
            self.add_subscription(f"s{number:03d}")
        self.rng.shuffle(self.log)
        self.tables = {
            "customers": [customer(f"s{n:03d}", loaded_at=LOADED_AT) for n in range(subscription_count)],
            "plans": [plan("basic", loaded_at=LOADED_AT)],
            "subscription_changes": self.log,
            "usage_events": [],
        }

    def write(self, name, day, status="active", **columns):
        hour = timedelta(seconds=self.rng.randrange(86400))
        self.log.append(
            change(name, (datetime.combine(day, datetime.min.time()) + hour).isoformat(), status)
            | {"loaded_at": LOADED_AT}
            | columns
        )

    def start_terms(self, name, day, price, months=None):
        """Write terms that begin on a day; returns what stays the same while they last."""
        months = months or self.rng.choice([1, 3, 6, 12, 12, 24])
        terms = {
            "auto_renew": self.rng.choice([True, False, None]),
            "notice_days": self.rng.choice([None, 0, 14, 30, 90]),
        }
        if months > 1 and self.rng.random() < 0.3:
            # Paid ahead without a contract.
            terms |= (
                {"interval_count": months}
                if months < 12
                else {"billing_interval": "year", "interval_count": months // 12}
            )
            price *= months
        else:
            terms["term_months"] = months
            if self.rng.random() < 0.7:
                terms["term_started_at"] = datetime.combine(day, datetime.min.time())
        self.write(name, day, unit_amount=price, **terms)
        return months, price, terms

    def add_subscription(self, name):
        anchor = date(2021, 1, 1) + timedelta(days=self.rng.randrange(1500))
        if self.rng.random() < 0.3:
            anchor = self.rng.choice(
                [date(2024, 2, 29), date(2023, 1, 31), date(2022, 8, 31), date(2024, 6, 17), date(2024, 6, 18)]
            )
        months, price, terms = self.start_terms(name, anchor, self.rng.choice([10, 25, 60]))
        number = 0
        while True:
            start, renewal = months_after(anchor, number * months), months_after(anchor, (number + 1) * months)
            notice = renewal - timedelta(days=terms["notice_days"] or 0)
            term = (name, start, renewal, notice)
            middle = start + (renewal - start) * self.rng.uniform(0.1, 0.9)
            fate = self.rng.random()
            if 0.15 < fate < 0.3 and start < middle < renewal and middle <= AS_OF:
                price = price + 5
                self.write(name, middle, unit_amount=price, **terms)
            if fate < 0.12 and start < middle < renewal and middle <= AS_OF:
                if fate < 0.07:
                    self.write(name, middle, "canceled")
                    self.terms.append((*term, middle, "lost"))
                    return
                self.terms.append((*term, middle, "moved"))
                others = [other for other in (3, 6, 12, 24) if other != months]
                months, price, terms = self.start_terms(name, middle, 30, self.rng.choice(others))
                anchor, number = middle, 0
                continue
            if renewal > AS_OF:
                self.terms.append((*term, None, None))
                return
            outcome = self.rng.choice(["renewed"] * 6 + ["renewed_larger", "renewed_smaller", "lost", "moved"])
            self.terms.append((*term, renewal, outcome))
            if outcome == "lost":
                self.write(name, renewal, self.rng.choice(["canceled", "expired"]))
                return
            if outcome == "moved":
                others = [other for other in (3, 6, 12, 24) if other != months]
                months, price, terms = self.start_terms(name, renewal, 30, self.rng.choice(others))
                anchor, number = renewal, 0
                continue
            number += 1
            price *= {"renewed": 1, "renewed_larger": 1.25, "renewed_smaller": 0.75}[outcome]
            if outcome != "renewed" or self.rng.random() < 0.5:
                if "term_started_at" in terms:
                    terms = terms | {"term_started_at": datetime.combine(renewal, datetime.min.time())}
                    anchor, number = renewal, 0
                self.write(name, renewal, unit_amount=price, **terms)
