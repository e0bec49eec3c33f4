"""MRR, movements and service of every customer and month, by a calculation of its own.

It reads the rows alone and the definitions of docs/metrics.md, in exact fractions. Where the definitions are silent (a pause out of a
free month, a limit within a day of a month's end, two handovers at once) it says so: from the instant in `silent` on, only the MRR
of that customer is held to be known.
"""

from collections import defaultdict
from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from field_ledger import DAY, ENDS, HOUR, INTERVALS, KINDS, SPELLINGS, months_later

UTC = ZoneInfo("UTC")
PAID, SERVED = {"active", "past_due"}, {"active", "past_due", "trialing"}


class Oracle:
    """MRR, movements and service of each customer and month, from the rows of a ledger."""

    def __init__(self, tables, zone, as_of):
        self.zone = zone
        self.end = self.utc(datetime.combine(as_of + DAY, datetime.min.time()))
        self.accounts = {row["customer_id"]: row for row in tables["customers"]}
        self.rates = sorted(
            (row["currency"], row["rate_date"], Fraction(str(row["rate"]))) for row in tables["exchange_rates"]
        )
        self.silent, self.transfers = {}, []
        pieces = [piece for item in self.items(tables["subscription_changes"]) for piece in self.pieces(item)]
        self.by_customer = defaultdict(list)
        for piece in self.continued(pieces):
            if piece["start"] < min(piece["end"], self.end):
                self.by_customer[piece["customer"]].append(piece)
        self.months, month = [], date(2023, 7, 1)
        while month <= as_of:
            self.months.append(
                (month, min(self.utc(datetime.combine(months_later(month, 1), datetime.min.time())), self.end))
            )
            month = months_later(month, 1)
        self.customers = {name: self.customer(name) for name in sorted(self.by_customer)}

    def utc(self, local):
        return local.replace(tzinfo=self.zone).astimezone(UTC).replace(tzinfo=None)

    def local(self, instant):
        return instant.replace(tzinfo=UTC).astimezone(self.zone).replace(tzinfo=None)

    def be_silent(self, customer, instant):
        self.silent[customer] = min(self.silent.get(customer, instant), instant)

    def canonical(self, name):
        while self.accounts.get(name, {}).get("merged_into_customer_id"):
            name = self.accounts[name]["merged_into_customer_id"]
        return name

    def items(self, log):
        """The rows of each item in their order: one for each instant, of customers that count, each after its start."""
        words = {word.strip().lower(): right for right, word in (SPELLINGS | INTERVALS).items()}
        instants = defaultdict(list)
        for row in log:
            row = row | {"customer": self.canonical(row["customer_id"])}
            for name in ("status", "billing_interval"):
                row[name] = words.get(row[name].strip().lower(), row[name])
            if not self.accounts.get(row["customer"], {}).get("is_internal"):
                instants[row["subscription_id"], row["item_id"], row["changed_at"]].append(row)
        items = defaultdict(list)
        for key in sorted(instants):
            order = lambda row: (row.get("change_sequence") or 0, row["status"] in ENDS, row["loaded_at"])  # noqa: E731
            items[key[:2]].append(max(instants[key], key=order))
        for rows in items.values():
            starts = [row["changed_at"] for row in rows if row["status"] not in ENDS]
            ends = [row["changed_at"] for row in rows if row["status"] in ENDS]
            if ends and max(ends) < min(starts, default=datetime.max):
                continue
            last = rows[-1]
            deleted = self.accounts.get(last["customer"], {}).get("deleted_at")
            if deleted and last["status"] not in ENDS:
                rows.append(last | {"status": "expired", "changed_at": max(deleted, last["changed_at"])})
            yield rows

    def pieces(self, rows):
        """The item's time cut where its terms change or a discount ends."""
        billed, carried = None, False
        for row, after in zip(rows, [*rows[1:], {"changed_at": datetime.max, "customer": None}], strict=True):
            if row["status"] in ENDS:
                billed = None
                continue
            interval = (row["billing_interval"], row["interval_count"])
            if row["status"] in PAID and (billed is None or billed[0] != interval):
                billed = (interval, row["changed_at"])
            start, stop, to = row["changed_at"], after["changed_at"], after["changed_at"]
            reduced = row.get("discount_kind") != "once" and (row.get("discount_rate") or row.get("discount_amount"))
            if reduced and row.get("discount_ends_at"):
                to = min(stop, self.bill_end(*billed, row["discount_ends_at"]) if billed else row["discount_ends_at"])
            for begin, end, is_reduced in ((start, to, reduced), (to, stop, False)):
                if begin >= end:
                    continue
                amount = self.monthly(row, is_reduced) if row["status"] in PAID else Fraction(0)
                carried = carried or amount > 0
                yield {
                    "subscription": row["subscription_id"], "item": row["item_id"], "customer": row["customer"],
                    "kind": KINDS.get(row["plan_id"], "core"), "currency": row["currency"].upper(), "amount": amount,
                    "named": row["migrated_from_subscription_id"], "start": begin, "end": end,
                    "serves": row["status"] in SERVED and row["plan_id"] != "free",
                    "is_paused": row["status"] == "paused", "pauses": row["status"] == "paused" and carried,
                }  # fmt: skip
            if after["customer"] not in (None, row["customer"]) and after["status"] not in ENDS:
                self.transfers.append((stop, row["customer"], after["customer"], row["item_id"], row["item_id"]))

    def bill_end(self, interval, since, instant):
        """The end of the bill in which an instant lies."""
        unit, count = interval
        since, instant, bills = self.local(since), self.local(instant), 1
        step = (lambda n: months_later(since, n * count * (12 if unit == "year" else 1))) if unit in ("month", "year") else (
            lambda n: since + DAY * (n * count * (7 if unit == "week" else 1)))  # fmt: skip
        while step(bills) < instant:
            bills += 1
        return self.utc(step(bills))

    @staticmethod
    def monthly(row, reduced):
        price = Fraction(row["quantity"] if row["quantity"] is not None else 1) * Fraction(str(row["unit_amount"]))
        if reduced:
            price = price * (1 - Fraction(str(row.get("discount_rate") or 0))) - Fraction(
                str(row.get("discount_amount") or 0)
            )
        price = price / (1 + Fraction(str(row["included_tax_rate"] or 0)))
        if row["plan_id"] != "rebate":
            price = max(price, Fraction(0))
        months = {"month": Fraction(1), "year": Fraction(12), "week": Fraction(12, 52), "day": Fraction(12, 365)}
        return price / (months[row["billing_interval"]] * row["interval_count"])

    def continued(self, pieces):
        """What another subscription continues lasts until that starts, and no longer."""
        subscriptions = defaultdict(list)
        for piece in pieces:
            subscriptions[piece["subscription"]].append(piece)
        bounds = {
            name: (min(p["start"] for p in group), max(p["end"] for p in group))
            for name, group in subscriptions.items()
        }
        for name, group in sorted(subscriptions.items(), key=lambda pair: bounds[pair[0]]):
            starts = bounds[name][0]
            first = [piece for piece in group if piece["start"] == starts]
            if first[0]["named"] in subscriptions:
                olds = [(first[0]["named"], True)]
            else:
                olds = [
                    (old, False)
                    for old, group in subscriptions.items()
                    if group[-1]["customer"] == first[0]["customer"]
                ]
            for old, is_named in olds:
                ends = bounds[old][1]
                kinds = {piece["kind"] for piece in first} | {"discount"}
                if (
                    old == name
                    or bounds[old][0] >= starts
                    or not (is_named or abs(starts - ends) <= DAY)
                    or ends == datetime.max
                ):
                    continue
                for piece in [piece for piece in subscriptions[old] if piece["end"] == ends]:
                    if is_named or piece["kind"] in kinds:
                        piece["end"] = starts
                        piece["replaced"] = True
                for piece in group if any(piece["amount"] or piece["pauses"] for piece in subscriptions[old]) else []:
                    piece["pauses"] = piece["is_paused"]
                for piece in subscriptions[old]:
                    if piece["end"] > starts:  # A row of the old one after the new one had begun.
                        self.be_silent(piece["customer"], starts)
                if first[0]["customer"] != subscriptions[old][-1]["customer"]:
                    self.transfers.append((starts, subscriptions[old][-1]["customer"], first[0]["customer"], old, name))
        return pieces

    def customer(self, name):
        """Month by month: MRR, whether in service, and the movements by type."""
        pieces = self.by_customer[name]
        instants = {at for piece in pieces for at in (piece["start"], piece["end"]) if at < self.end}
        instants |= {end for _, end in self.months}
        state, since, ended, result = "out", None, None, {}
        levels, before, booked, has_had = {}, "out", None, False
        ends = {end: month for month, end in self.months}
        queue = sorted(instants)
        for now in queue:
            if now in ends:  # The end of a month is before what happens at its instant.
                limit = timedelta(days={"free": 92, "paused": 90}.get(state, 0))
                if state in ("free", "paused") and abs(now - since - limit) < DAY + 2 * HOUR:
                    self.be_silent(name, now - 2 * DAY)
                if state in ("free", "paused") and now - since > limit:
                    state = "out"
                month = ends[now]
                closing = self.level(pieces, now)
                if state == "paying" and not has_had and ended and ended >= self.months_start(month):
                    self.be_silent(name, now)
                result[month] = self.movement(
                    name, month, now, levels, closing, before, state, booked, has_had or ended
                )
                booked = result[month].pop("booked")
                has_had, levels, before = has_had or any(closing.values()), closing, state
            live = [piece for piece in pieces if piece["start"] <= now < piece["end"]]
            was = state
            if was in ("free", "paused") and now - since > timedelta(days=92 if was == "free" else 90):
                state = was = "out"
                if before != "out" and now < self.end:
                    self.be_silent(name, now - 62 * DAY if any(p["amount"] > 0 for p in live) else now)
            if sum(piece["amount"] for piece in live) > 0:
                state = "paying"
            elif was in ("paying", "free", "paused") and any(piece["serves"] for piece in live):
                state = "free"
                if was == "paused":
                    self.be_silent(name, now - 31 * DAY)
            elif was in ("paying", "paused", "free") and any(piece["pauses"] for piece in live):
                state = "paused"
                if was == "free":
                    self.be_silent(name, now - 31 * DAY)
            else:
                state = "out"
            if state != was:
                since = now
                ended = now if state == "out" else ended
        return result

    def level(self, pieces, instant):
        """MRR just before an instant, by currency."""
        levels = defaultdict(Fraction)
        for piece in pieces:
            if piece["start"] < instant <= piece["end"]:
                levels[piece["currency"]] += piece["amount"]
        return levels

    def worth(self, levels, day):
        def rate(currency):
            return (
                [rate for known, at, rate in self.rates if known == currency and at <= day][-1]
                if currency != "USD"
                else 1
            )

        return sum((amount * rate(currency) for currency, amount in levels.items()), Fraction(0))

    def movement(self, name, month, end, opening, closing, before, state, booked, has_had):
        last = min(months_later(month, 1) - DAY, self.local(self.end - HOUR).date())
        # No month end precedes the company's first month: it opens at its own rates.
        first = last if month == self.months[0][0] else month - DAY
        moved = defaultdict(Fraction)
        opened, at_opening, closed = self.worth(opening, first), self.worth(closing, first), self.worth(closing, last)
        moved["fx"] = closed - at_opening
        rest = at_opening - opened
        handed = [t for t in self.transfers if name in t[1:3] and self.months_start(month) <= t[0] < end]
        for _, giver, taker, old, new in handed:
            out = [p for p in self.by_customer[giver] if old in (p["subscription"], p["item"])]
            taken = [p for p in self.by_customer[taker] if new in (p["subscription"], p["item"])]
            amount = self.worth(self.level(out, self.months_start(month)), first)
            at_handover = self.worth(self.level(out, max(p["end"] for p in out)), first) if out else 0
            if (
                (len(handed) > 1 and old == handed[0][3])
                or amount != at_handover
                or not self.worth(self.level(taken, end), first)
            ):
                self.be_silent(giver, end), self.be_silent(taker, end)
            moved["transfer"] += amount if name == taker else -amount
            rest -= amount if name == taker else -amount
        if handed and before == "out" and state == "paying" and not has_had and not moved["transfer"]:
            self.be_silent(name, end)
        before_pays, pays, keep = before == "paying", state == "paying", None
        if before_pays and not pays and handed and rest:
            self.be_silent(name, end)
        if (handed and (before != "out" or moved["transfer"])) or (before_pays and pays):
            moved["expansion" if rest > 0 else "contraction"] += rest
        elif before_pays:
            moved[{"free": "contraction", "paused": "pause", "out": "churn"}[state]] += rest
            keep = ({"free": "contraction", "paused": "pause"}.get(state), rest)
        elif pays:
            kinds = {"free": "expansion", "paused": "resume", "out": "reactivation" if has_had else "new"}
            moved[kinds[before]] += rest
            if not has_had and before != "out":
                self.be_silent(name, end)
        elif before in ("free", "paused") and state == "out":
            if booked and booked[0]:
                moved[booked[0]] -= booked[1]
                moved["churn"] += booked[1]
        else:
            keep = booked
            if before != state and state != "out":
                self.be_silent(name, end - 31 * DAY)
        return {
            "mrr": closed, "is_active": state in ("paying", "free"), "booked": keep,
            "moved": {kind: amount for kind, amount in moved.items() if amount},
        }  # fmt: skip

    def months_start(self, month):
        return self.utc(datetime.combine(month, datetime.min.time()))
