"""What is rejected of the inputs, in words: how much, of which value and why, and what to do.

The measures are SQL: input_reconciliation says which input exceeds the var max_rejected_rate, input_amounts which money is
rejected, in which currency.
"""

from collections import Counter
from functools import partial

from customer_value.queries import rows_of
from customer_value.terminal import counted

# By the beginning of a reason: what to do. The table in docs/metrics.md, Rejected rows, has all of them.
ADVICE = {
    "missing_exchange_rate": "Write their rates into exchange_rates (columns rate_date, currency, rate), from the first row's month on.",
    "unknown_currency": "Use ISO 4217 codes.",
    "unknown_customer": "Deliver the customers that these rows name. Of a connector's rows the seed customer_aliases says which they are.",
    "unknown_merge_target": "Deliver the customers that these were merged into.",
    "unknown_user": "Deliver the users that these rows name, or no users at all.",
    "unknown_invoice_line": "Deliver the invoice lines that these rows name.",
    "unknown_": "Write the contract's words in their place, or yours into a copy of the seed words that the var replacements names.",
    "missing_customer_id": "Fill the column where the file is made. Of a connector's rows the seed customer_aliases says whose they are.",
    "missing_": "Fill the column where the file is made.",
    "dated_": "Write the dates right where the file is made.",
    "end_before_start": "Write the dates right where the file is made.",
}
OTHERWISE = "The values cannot be right: fix them where the file is made."
# Values that are named of a reason, and reasons of an input.
NAMED_VALUES, NAMED_REASONS = 5, 3


def percent(rate):
    return f"{100 * float(rate):.1f} %"


def amount_of(row):
    """Money in the currency of its rows."""
    return f"{row['currency'] or 'in the reporting currency'} {row['amount']:,.2f}"


def rejected_money(rows):
    """The rejected money of a warehouse or a publication, which `rows` queries, the largest first."""
    return rows(
        "from marts.input_amounts where reject_reason is not null "
        "order by input_name, reporting_amount desc nulls first, amount desc nulls last, reject_reason, currency",
    )


def advice_for(reason):
    return next((text for start, text in ADVICE.items() if reason.startswith(start)), OTHERWISE)


def values_of(rows, input_name, reason):
    """The values for which rows were rejected, with counts, the most frequent first, in words."""
    named = rows(
        "select rejected_value as value, count(*) as row_count from marts.rejected_rows where rejected_value is not null "
        f"and input_name = '{input_name}' and reject_reason = '{reason}' group by all order by 2 desc, 1"
    )
    words = [f'"{row["value"]}" {row["row_count"]:,}' for row in named[:NAMED_VALUES]]
    if len(named) > NAMED_VALUES:
        words.append(f"{len(named) - NAMED_VALUES} more values")
    return ", ".join(words)


def lines_of_input(rows, row, money):
    """What is rejected of one input, a line for each of its main reasons."""
    shares = [
        f"{row['rejected_row_count']:,} of {row['raw_row_count']:,} rows ({percent(row['rejected_row_rate'])})",
        f"{percent(row['rejected_amount_rate'])} of the money that can be converted"
        if row["rejected_amount_rate"] is not None
        else None,
    ]
    yield f"{row['input_name']}: {' and '.join(filter(None, shares))} are rejected."
    reasons = rows(
        "select reject_reason, count(*) as row_count from marts.rejected_rows "
        f"where input_name = '{row['input_name']}' group by 1 order by 2 desc, 1",
    )
    for reason in reasons[:NAMED_REASONS]:
        name = reason["reject_reason"]
        carried = [each for each in money if each["reject_reason"] == name and each["amount"]]
        values = values_of(rows, row["input_name"], name)
        parts = [
            f"  {name}: {reason['row_count']:,} rows",
            f": {values}" if values else "",
            f"; {', '.join(map(amount_of, carried))}" if carried else "",
            f"{' of MRR' if carried and row['input_name'] == 'subscription_changes' else ''}. {advice_for(name)}",
        ]
        yield "".join(parts)
    if len(reasons) > NAMED_REASONS:
        yield f"  {len(reasons) - NAMED_REASONS} more reasons, see rejected_rows."


def excess(file, max_rejected_rate):
    """Why a warehouse is not published: a line for each input of which too much is rejected, and its reasons; or none."""
    rows = partial(rows_of, file)
    inputs = rows("from marts.input_reconciliation where exceeds_max_rejected_rate order by input_name")
    if not inputs:
        return []
    money = rejected_money(rows)
    lines = [
        line
        for row in inputs
        for line in lines_of_input(rows, row, [each for each in money if each["input_name"] == row["input_name"]])
    ]
    return [
        f"More is rejected than the var max_rejected_rate ({percent(max_rejected_rate)}) allows.",
        *lines,
        "Fix the inputs and run again; or publish without these rows, for this run: --publish-rejected, or the variable "
        "CUSTOMER_VALUE_PUBLISH_REJECTED=1.",
    ]


def listed(words):
    """Words as a list: one, two and three."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def why(rows):
    """The reasons of rejected money in words, with the currencies that have no rate."""
    reasons = list(dict.fromkeys(row["reject_reason"] for row in rows))
    for reason in reasons[:NAMED_REASONS]:
        currencies = sorted({row["currency"] for row in rows if row["reject_reason"] == reason and row["currency"]})
        if reason == "missing_exchange_rate":
            yield f"no exchange rate for {', '.join(currencies)}"
        elif reason == "unknown_currency":
            yield f"unknown currency {', '.join(currencies)}"
        else:
            yield reason.replace("_", " ")
    if len(reasons) > NAMED_REASONS:
        yield f"{len(reasons) - NAMED_REASONS} more reasons"


def missing_mrr(rows):
    """MRR of the as-of day that is not in the numbers: by currency, its customers, why, in words; None where none is."""
    found = [row for row in rejected_money(rows) if row["input_name"] == "subscription_changes" and row["amount"]]
    if not found:
        return None
    settings = rows("select reporting_currency from main.publication") or rows(
        "select reporting_currency from staging.run_settings"
    )
    currency = settings[0]["reporting_currency"] if settings else "in the reporting currency"
    converted = sum(float(row["reporting_amount"] or 0) for row in found)
    unconverted = Counter()
    for row in found:
        if row["reporting_amount"] is None:
            unconverted[row["currency"] or "without a currency"] += float(row["amount"])
    amounts = [
        f"{name} {amount:,.0f}" for name, amount in [(currency, converted), *sorted(unconverted.items())] if amount
    ]
    customers = sum(row["customer_count"] for row in found)
    rates = [float(row["amount_rate"]) for row in found if row["amount_rate"] is not None]
    # A row may name no customer: how many it stands for is not known.
    who = f", {counted(customers, 'customer')}," if customers else ""
    return {
        "mrr_rate": sum(rates) if rates else None,
        "customer_count": customers,
        "reporting_amount": converted,
        "unconverted": [
            {
                "currency": row["currency"],
                "amount": float(row["amount"]),
                "customer_rate": float(row["customer_rate"] or 0),
            }
            for row in found
            if row["reporting_amount"] is None
        ],
        "text": f"{listed(amounts)} of MRR{who} "
        f"{'is' if len(amounts) == 1 else 'are'} not in these numbers: {', '.join(why(found))}",
    }


def banner(rows):
    """What money was rejected, in one line for a reader of a publication; None where none was."""
    missing = missing_mrr(rows)
    counts = Counter()
    for row in rejected_money(rows):
        if row["input_name"] != "subscription_changes" and row["amount"]:
            counts[row["input_name"]] += row["row_count"]
    others = listed([f"{counted(count, 'row')} of {name}" for name, count in sorted(counts.items())])
    verb = "is" if list(counts.values()) == [1] else "are"
    parts = [missing["text"]] if missing else []
    if others:
        parts.append(f"{others} with money {verb} rejected{', too' if missing else ''}")
    return ". ".join(parts) + "." if parts else None
