"""doctor: one company with everything wrong with it, looked at before any build; and rules that a small log shows."""

import json
import subprocess
import sys
from functools import partial

import duckdb
import pytest

from customer_value import doctor
from customer_value.queries import rows_of
from customer_value.rejections import advice_for
from customer_value.settings import PROJECT

FILES = {
    # a and b are fine; c has an amount of a year; d a word that there is not; e ends before it starts; f has no rate, g a late one;
    # h has two rows of one key that differ.
    "subscription_changes.csv": """subscription_id,changed_at,customer_id,status,unit_amount,currency,billing_interval,plan_id,loaded_at
a,2024-01-10,a,active,50,EUR,month,pro,2024-02-01
b,2024-01-10,b,active,50,EUR,month,pro,2024-02-01
b2,2024-01-10,b,active,50,EUR,month,pro,2024-02-01
b2,2024-06-10,b,canceled,,,,pro,2024-07-01
c,2024-01-10,c,active,550,EUR,month,pro,2024-02-01
d,2024-01-10,d,runing,50,EUR,month,pro,2024-02-01
e,2024-03-10,e,active,50,EUR,month,pro,2024-04-01
e,2024-02-10,e,canceled,,,,pro,2024-04-01
f,2024-01-10,f,active,50,CHF,month,,2024-02-01
g,2024-01-10,g,active,50,GBP,month,,2024-02-01
h,2024-01-10,h,active,50,EUR,month,pro,2024-02-01
h,2024-01-10,h,active,60,EUR,month,pro,2024-02-01
""",
    "exchange_rates.csv": "rate_date,currency,rate,loaded_at\n2024-05-01,GBP,1.2,2024-05-02\n2024-06-01,GBP,1.2,2024-06-02\n",
    "usage_events.csv": """event_id,customer_id,event_name,occurred_at,loaded_at
1,a,export,2024-06-10,2024-07-01
2,a,export,2024-06-11,2024-07-01
3,nobody,export,2024-06-12,2024-07-01
4,nobody,export,soon,2024-07-01
""",
    "lead.csv": "lead_id\n1\n",
    "company.yml": "gross_margin_rate: 0.7\nreporting_currency: EUR\nmax_rejected_rate: 0.3\n",
}


def command(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "customer_value.cli", *map(str, arguments)], capture_output=True, text=True, cwd=PROJECT
    )


def content_of(folder):
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """A company in its folder, with what is kept of an earlier run, and what the doctor says of it."""
    folder = tmp_path_factory.mktemp("company")
    for name, content in FILES.items():
        (folder / name).write_text(content)
    (folder / "warehouse").mkdir()
    (folder / "warehouse" / "received_files.json").write_text("{}")
    return folder


@pytest.fixture(scope="module")
def found(company):
    before = content_of(company)
    finished = command("doctor", company, "--json")
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert content_of(company) == before
    return json.loads(finished.stdout)


def lines(found, harm):
    return [each["line"] for each in found["findings"] if each["harm"] == harm]


def test_what_is_there_and_what_is_missing(found):
    there = {each["input"]: each for each in found["inputs"]}
    assert there.keys() == {"subscription_changes", "exchange_rates", "usage_events"}
    log = there["subscription_changes"]
    assert (log["row_count"], log["first_day"], log["last_day"]) == (12, "2024-01-10", "2024-06-10")
    assert {"leads", "invoice_lines", "nps_responses"} <= set(found["missing"]) and "usage_events" not in found[
        "missing"
    ]


def test_what_would_stop_a_run_comes_first(found):
    """Five of twelve rows."""
    harms = [each["harm"] for each in found["findings"]]
    assert harms == sorted(harms, key=list(doctor.HEADINGS).index) and harms[0] == doctor.STOPS
    assert not found["would_be_published"] and "Fix what stops the run" in found["next"]


@pytest.mark.parametrize(
    ("harm", "line"),
    [
        (doctor.WRONG, 'unknown_status: 1 of 12 rows would be rejected; EUR 50.00: "runing" 1'),
        (doctor.WRONG, '"CHF" 1'),
        (doctor.WRONG, "exchange_rates: rates of GBP begin on 2024-05-01, later than 1 row in it. Write the rates"),
        (doctor.WRONG, "end_before_start: 1 of 12 rows would be rejected"),
        (doctor.WRONG, "subscription_changes: 1 key with rows of one load that differ"),
        (
            doctor.WRONG,
            "1 subscription billed by the month at 10 to 12 times the median of their plan, for example c: 550.00",
        ),
        (
            doctor.PARTIAL,
            'usage_events: unknown_customer: 1 of 4 rows would be rejected; 75.0 % find a customer: "nobody" 1',
        ),
        (doctor.PARTIAL, 'usage_events: unreadable_value: 1 of 4 rows would be rejected: "occurred_at = soon" 1'),
        (doctor.NOTE, "lead.csv: named after no input, and not read. Is it leads?"),
    ],
)
def test_what_is_wrong_is_said(found, harm, line):
    assert any(line in each for each in lines(found, harm)), found["findings"]


def test_only_what_is_wrong_is_said(found):
    """b2 has ended, and the gross margin is the company's own."""
    text = " ".join(each["line"] for each in found["findings"])
    assert "has ended" not in text and "gross_margin_rate" not in text


def test_mrr_if_run_now(found):
    """a and b at 50, c at its 550, h at one of its two prices."""
    assert found["mrr_amount"] in (700, 710) and found["active_customer_count"] == 4
    assert found["reporting_currency"] == "EUR" and found["as_of_date"] == "2024-07-01"


def test_what_stays_empty_is_named_with_its_input(found):
    empty = {each["input"]: each for each in found["empty"]}
    assert empty["nps_responses"]["marts"] == ["nps_monthly", "nps_responses"]
    assert "Growth: Lifecycle funnel" in empty["leads"]["sections"] and "usage_events" not in empty


def test_it_is_said_in_words(found):
    text = "\n".join(doctor.lines_of(found))
    assert text.index("A run would be refused") < text.index("Numbers would be wrong") < text.index("Empty, for")
    assert "subscription_changes: 12 rows, changed_at 2024-01-10 to 2024-06-10, 5 rejected" in text


def test_inputs_that_cannot_be_read_are_all_named_at_once(company, tmp_path):
    (tmp_path / "subscription_changes.csv").write_text("id,customer_id\n1,2\n")
    (tmp_path / "usage_events.csv").write_text("customer_id,occurred_at\na,never\n")
    arguments = ["--company", tmp_path, "--as-of", "2024-07-01"]
    looked = command("doctor", tmp_path, *arguments[2:])
    loaded = command("load", *arguments)
    assert looked.returncode == loaded.returncode == 2
    assert (
        looked.stderr == loaded.stderr and "usage_events" in looked.stderr and "subscription_changes" in looked.stderr
    )


def log_of(tmp_path, rows):
    """A warehouse with rows of the log as staging holds them, as a function of queries."""
    file = tmp_path / "log.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "create schema staging; create table staging.run_settings as select date '2024-07-01' as as_of_date"
        )
        connection.execute(
            "create table staging.stg_subscription_changes (subscription_id text, item_id text, plan_id text, currency text, "
            "unit_amount double, billing_interval text, interval_count double, changed_at timestamp, is_end boolean)"
        )
        for row in rows:
            connection.execute(
                "insert into staging.stg_subscription_changes values (?, ?, ?, 'EUR', ?, ?, ?, ?, ?)", row
            )
    return partial(rows_of, file)


def item(name, amount, interval="month", count=1, day="2024-01-10", is_end=False, plan="pro"):
    return [name, name, plan, amount, interval, count, day, is_end]


@pytest.mark.parametrize(
    ("rows", "is_found"),
    [
        ([item("a", 10), item("b", 10)], True),
        ([item("a", 10), item("a", None, day="2024-03-10", is_end=True)], False),
        ([item("a", 10, day="2024-06-20")], False),
        ([], False),
    ],
)
def test_a_log_without_any_end_was_taken_without_them(tmp_path, rows, is_found):
    """Where it is long enough for one, and there is one."""
    assert bool(list(doctor.endless(log_of(tmp_path, rows)))) == is_found


@pytest.mark.parametrize(
    ("odd", "is_found"),
    [
        (item("c", 120), True),
        (item("c", 100), True),
        (item("c", 90), False),
        (item("c", 130), False),
        (item("c", 120, "year"), False),
        (item("c", 120, count=3), False),
        (item("c", 120, plan=None), False),
        (item("c", 120, plan="other"), False),
    ],
)
def test_a_year_s_amount_in_a_monthly_row_is_seen_by_its_plan(tmp_path, odd, is_found):
    found = list(doctor.yearly_amounts(log_of(tmp_path, [item("a", 10), item("b", 10), item("b2", 10), odd])))
    assert [each.count for each in found] == [1] * is_found


@pytest.mark.parametrize(
    ("reason", "advice"),
    [
        ("missing_customer_id", "customer_aliases"),
        ("missing_plan_id", "Fill the column"),
        ("unknown_customer", "customer_aliases"),
        ("unknown_status", "the var replacements"),
        ("unknown_invoice_line", "Deliver the invoice lines"),
        ("negative_amount", "cannot be right"),
    ],
)
def test_the_advice_names_what_helps(reason, advice):
    assert advice in advice_for(reason)
