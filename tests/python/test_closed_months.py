"""Closed months: they keep what was published, corrections are adjustments of the first open month, and both can be undone."""

import json
import re
import subprocess
from dataclasses import dataclass

import duckdb
import ledgers
import pytest
from conftest import OwnProject, comparable, rows_of
from copies import project_copy
from ledgers import at, change, customer
from test_nightly import marts_of

# What mrr_monthly, customer_months, mrr_movements and cohort_retention hold of closed months.
CLOSED_MARTS = ["cohort_retention", "customer_months", "mrr_monthly", "mrr_movements"]


def loaded(day, rows):
    return [row | {"loaded_at": at(day)} for row in rows]


# As of 10 April. euro pays EUR 100, at 1.1 to the end of March and 1.2 from April on; old_name hands over to new_name in April.
FIRST = loaded(
    "2025-04-10",
    [
        change("steady", "2025-01-05", unit_amount=100),
        change("leaves", "2025-01-10", unit_amount=50),
        change("cheaper", "2025-02-03", unit_amount=80),
        change("unknown", "2025-02-10", unit_amount=20),
        change("euro", "2025-02-12", unit_amount=100, currency="EUR"),
        change("old_name", "2025-02-15", unit_amount=40),
        change("old_name", "2025-04-05", "canceled", unit_amount=40),
        change("new_name", "2025-04-05", unit_amount=45, migrated_from_subscription_id="old_name"),
    ],
)
# On 12 April: leaves had left in March, cheaper pays 70 from the start, late has paid 30 since February, steady grows in April,
# unknown was a mistake.
SECOND = [row for row in FIRST if row["customer_id"] != "unknown"] + loaded(
    "2025-04-12",
    [
        change("leaves", "2025-03-20", "canceled", unit_amount=50),
        change("cheaper", "2025-02-03", unit_amount=70),
        change("late", "2025-02-15", unit_amount=30),
        change("steady", "2025-04-11", unit_amount=115),
    ],
)
# In May: euro had 10 more since March.
THIRD = [*SECOND, *loaded("2025-05-05", [change("euro", "2025-03-10", unit_amount=110, currency="EUR")])]
RATES = [
    {"rate_date": at(day).date(), "currency": "EUR", "rate": rate, "loaded_at": at("2025-04-10")}
    for day, rate in (("2025-01-01", 1.1), ("2025-04-01", 1.2))
]


@dataclass(frozen=True)
class Books(OwnProject):
    """A company that is run by a copy of the project, whose months can be closed."""

    @classmethod
    def opened(cls, home):
        home.mkdir(exist_ok=True)
        project_copy(home / "project")
        return cls(home, "")

    def deliver(self, changes):
        names = sorted({row["customer_id"] for row in changes})
        customers = loaded("2025-04-10", [customer(name) for name in names])
        ledgers.write(
            self.settings.raw, {"subscription_changes": changes, "customers": customers, "exchange_rates": RATES}
        )
        return self

    def close(self, day):
        path = self.home / "project" / "dbt_project.yml"
        text, count = re.subn(
            r"\n  closed_until: .*", f'\n  closed_until: "{day}"' if day else "\n  closed_until: null", path.read_text()
        )
        assert count == 1
        path.write_text(text)
        return self

    def publish(self, day):
        """Load, build with every test, check and publish, as of a day: the marts as readers see them."""
        finished = self.run_as_of(day)
        assert finished.returncode == 0, finished.stdout[-6000:] + finished.stderr[-3000:]
        return self.marts()

    def build(self, day, *arguments):
        """Build with every data test, as of a day, and publish nothing: the marts of the warehouse."""
        day = ["--vars", f"{{as_of_date: '{day}'}}"]
        finished = self.dbt("build", "--exclude-resource-type", "unit_test", *day, *arguments)
        assert finished.returncode == 0, finished.stdout[-6000:]
        return marts_of(self)

    def closed(self, until):
        """Every cell of the months that end by a day, of each mart that closes."""
        return {
            mart: rows_of(self, f"from marts.{mart} where activity_month < '{until}' order by all")
            for mart in CLOSED_MARTS
        }

    def adjustments(self):
        return rows_of(
            self,
            "select customer_id, cast(activity_month as varchar), movement_amount, movement_cause from marts.mrr_movements "
            "where movement_type = 'adjustment' order by all",
        )


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    """Published as of 10 April, closed until March and published again; then corrected, as of 12 April."""
    books = Books.opened(tmp_path_factory.mktemp("books")).deliver(FIRST)
    seen = [books.publish("2025-04-10"), books.close("2025-03-31").publish("2025-04-10"), books.closed("2025-04-01")]
    return books, [*seen, books.deliver(SECOND).publish("2025-04-12")]


@pytest.fixture
def copy(books, tmp_path):
    """The company as it was corrected and published on 12 April, to go on with."""
    subprocess.run(["cp", "-r", "--reflink=auto", books[0].home, tmp_path / "home"], check=True)
    return Books(tmp_path / "home", "")


def but_dimensions(closed):
    """Closed months without cohorts by dimension: channel, plan and country of a customer that is not known any more are not either."""
    return closed | {"cohort_retention": [row for row in closed["cohort_retention"] if row[1] == "all"]}


def but_restatements(marts):
    return {mart: rows for mart, rows in comparable(marts).items() if mart != "restatements"}


@pytest.mark.nightly
def test_closing_changes_nothing(books):
    before, after, *_ = books[1]
    assert (
        comparable(after) == comparable(before) and after["restatements"] == [] and len(after["customer_months"]) > 20
    )


@pytest.mark.nightly
def test_closed_months_keep_every_cell(books):
    company, (*_, closed, _) = books
    kept = but_dimensions(closed)
    assert but_dimensions(company.closed("2025-04-01")) == kept
    assert all(kept.values()) and len(kept["cohort_retention"]) == 5


@pytest.mark.nightly
def test_corrections_are_adjustments_of_the_first_open_month(books):
    """By hand: leaves was there with 50, cheaper with 10 too much, late not with 30; unknown, 20, never was."""
    company = books[0]
    april = "2025-04-01"
    assert company.adjustments() == [
        ("cheaper", april, -10, "correction"),
        ("late", april, 30, "correction"),
        ("leaves", april, -50, "correction"),
        ("unknown", april, -20, "correction"),
    ]
    # March closed with 100 + 50 + 80 + 20 + 110 + 40; 100 + 70 + 30 + 110 + 40 are known now. In April steady pays 15 more, new_name
    # 5 more than old_name, and EUR 100 are 120: 350 + 15 + 5 + 10; NRR 370 / 350.
    assert rows_of(
        company,
        "select opening_mrr_amount, adjustment_mrr_amount, adjustment_customer_count, expansion_mrr_amount, fx_mrr_amount, "
        "churn_mrr_amount, closing_mrr_amount, opening_customer_count, active_customer_count, cast(nrr_rate as varchar), logo_churn_rate "
        f"from marts.mrr_monthly where activity_month = '{april}'",
    ) == [(400, -50, 4, 20, 10, 0, 380, 6, 5, "1.05714286", 0)]
    # A customer that is not known any more stays where it was published.
    assert rows_of(
        company,
        "select cast(activity_month as varchar), mrr_amount from marts.customer_months where customer_id = 'unknown' order by all",
    ) == [("2025-02-01", 20), ("2025-03-01", 20), (april, 0)]


@pytest.mark.nightly
def test_a_closed_month_is_restated_with_what_it_shows(books):
    """March: what it shows, what is known now, and where the difference is booked. Of February both are 400, of other customers."""
    rows = rows_of(
        books[0],
        "select metric_name, cast(activity_month as varchar), published_value, current_value, adjustment_value, "
        "cast(adjusted_in_month as varchar), restatement_cause from marts.restatements "
        "where metric_name in ('closing_mrr_amount', 'active_customer_count', 'churn_mrr_amount') and is_closed order by all",
    )
    causes = "late_and_corrected_rows"
    assert rows == [
        ("active_customer_count", "2025-03-01", 6, 5, -1, "2025-04-01", causes),
        ("churn_mrr_amount", "2025-03-01", 0, -50, -50, "2025-04-01", causes),
        ("closing_mrr_amount", "2025-03-01", 400, 350, -50, "2025-04-01", causes),
    ]


@pytest.mark.nightly
def test_months_that_are_opened_again_are_as_a_full_build_has_them(copy, tmp_path):
    marts = ["--indirect-selection", "cautious", "--select", *(f"+{mart}" for mart in CLOSED_MARTS)]
    opened = copy.close("2024-12-31").build("2025-04-12", *marts)
    full = Books.opened(tmp_path / "full").deliver(SECOND).build("2025-04-12", *marts)
    assert {mart: opened[mart] for mart in CLOSED_MARTS} == {mart: full[mart] for mart in CLOSED_MARTS}
    assert copy.adjustments() == []


@pytest.mark.nightly
def test_months_that_are_closed_again_keep_what_was_published_last(copy, tmp_path):
    opened = copy.close("2024-12-31").publish("2025-04-12")
    full = Books.opened(tmp_path / "full").deliver(SECOND).build("2025-04-12")
    assert but_restatements(opened) == but_restatements(full)
    assert but_restatements(copy.close("2025-03-31").publish("2025-04-12")) == but_restatements(full)
    copy.deliver(THIRD).build("2025-05-05")
    assert copy.adjustments() == [("euro", "2025-04-01", 11, "correction")]


@pytest.mark.nightly
def test_without_the_var_nothing_is_closed_and_nothing_forgotten(copy, books, tmp_path):
    full = Books.opened(tmp_path / "full").deliver(SECOND).build("2025-04-12")
    assert but_restatements(copy.close(None).publish("2025-04-12")) == but_restatements(full)
    assert but_restatements(copy.close("2025-03-31").publish("2025-04-12")) == but_restatements(books[1][-1])


@pytest.mark.nightly
def test_a_full_refresh_keeps_closed_months(copy, books):
    assert but_restatements(copy.build("2025-04-12", "--full-refresh")) == but_restatements(books[1][-1])


@pytest.mark.nightly
def test_as_of_an_earlier_day_the_months_before_it_are_closed(copy, books):
    """As of 10 March: January and February as published, the corrections in March. Afterwards March is closed as before."""
    february = "from marts.mrr_monthly where activity_month <= '2025-02-01' order by all"
    published = rows_of(copy, february)
    copy.build("2025-03-10")
    assert rows_of(copy, february) == published and len(published) == 2
    assert {month for _, month, *_ in copy.adjustments()} == {"2025-03-01"}
    assert but_restatements(copy.build("2025-04-12")) == but_restatements(books[1][-1])


@pytest.mark.nightly
def test_a_build_that_is_not_published_closes_nothing_and_opens_nothing(copy, books):
    # It would close April without the correction of March, and open all.
    copy.close("2025-04-30").build("2025-05-02")
    copy.close("2024-12-31").build("2025-05-02")
    assert copy.adjustments() == []
    april = copy.close("2025-04-30").deliver(THIRD).publish("2025-05-05")
    assert but_dimensions(copy.closed("2025-04-01")) == but_dimensions(books[1][2])
    assert ("euro", "2025-04-01", 11, "correction") in copy.adjustments()
    # April is closed as it was published, its adjustments with it; what is corrected then is adjusted in May.
    closed, adjusted = copy.closed("2025-05-01"), copy.adjustments()
    fourth = [*THIRD, *loaded("2025-05-06", [change("steady", "2025-04-11", unit_amount=120)])]
    copy.deliver(fourth).publish("2025-05-06")
    assert copy.closed("2025-05-01") == closed and april
    assert copy.adjustments() == sorted([*adjusted, ("steady", "2025-05-01", 5, "correction")])
    # Of March the adjustment is that of April still.
    assert rows_of(
        copy,
        "select cast(activity_month as varchar), cast(adjusted_in_month as varchar) from marts.restatements "
        "where metric_name = 'closing_mrr_amount' and activity_month >= '2025-03-01' order by all",
    ) == [("2025-03-01", "2025-05-01"), ("2025-04-01", "2025-05-01")]


@pytest.mark.nightly
def test_closed_months_go_on_where_the_log_begins_after_them(copy):
    """A new billing system holds nothing of what was before it: the MRR of March leaves in April as a correction."""
    march = copy.closed("2025-04-01")
    copy.deliver(loaded("2025-07-10", [change("fresh", "2025-06-05", unit_amount=60)])).publish("2025-07-10")
    assert but_dimensions(copy.closed("2025-04-01")) == but_dimensions(march)
    assert rows_of(
        copy,
        "select cast(activity_month as varchar), opening_mrr_amount, adjustment_mrr_amount, new_mrr_amount, closing_mrr_amount "
        "from marts.mrr_monthly where activity_month >= '2025-04-01' order by all",
    ) == [
        ("2025-04-01", 400, -400, 0, 0),
        ("2025-05-01", 0, 0, 0, 0),
        ("2025-06-01", 0, 0, 60, 60),
        ("2025-07-01", 60, 0, 0, 60),
    ]


@pytest.mark.nightly
def test_a_first_run_that_is_refused_closes_nothing(tmp_path):
    """Half of the first delivery is garbage, and one amount is wrong; the second is right, and is what the closed months keep."""
    garbage = loaded("2025-04-10", [change(f"garbage_{n}", "2025-01-05", "no status", unit_amount=9) for n in range(8)])
    wrong = [row | {"unit_amount": 990} if row["customer_id"] == "steady" else row for row in FIRST]
    books = Books.opened(tmp_path / "books").close("2025-03-31").deliver(wrong + garbage)
    assert books.run_as_of("2025-04-10").returncode == 1
    first = books.deliver(FIRST).publish("2025-04-10")
    assert {row[2] for row in first["mrr_movements"] if row[2] == "adjustment"} == set() and first["restatements"] == []
    assert rows_of(
        books, "select count(*), sum(mrr_amount) from marts.customer_months where customer_id = 'steady'"
    ) == [(4, 400)]


@pytest.mark.nightly
def test_without_its_history_a_company_closes_months_as_known_now(copy, tmp_path):
    with duckdb.connect(str(copy.settings.warehouse)) as connection:
        connection.execute("drop schema history cascade")
    rebuilt = copy.publish("2025-04-12")
    full = Books.opened(tmp_path / "full").deliver(SECOND).build("2025-04-12")
    assert but_restatements(rebuilt) == but_restatements(full)


# What breaks one row of a closed month or of its adjustment, and the tests that find it.
BROKEN = {
    "update history.closed_mrr_movements set movement_amount = movement_amount + 1 "
    "where customer_id = 'steady' and movement_type = 'new'": {"mrr_identity"},
    "update history.closed_customer_months set mrr_amount = mrr_amount + 1, mrr_list_amount = mrr_list_amount + 1 "
    "where customer_id = 'steady' and activity_month = '2025-02-01'": {
        "mrr_identity",
        "opening_is_last_closing",
        "monthly_equals_customer_months",
    },
    "update marts.mrr_monthly set adjustment_mrr_amount = adjustment_mrr_amount + 1, closing_mrr_amount = closing_mrr_amount + 1 "
    "where activity_month = '2025-04-01'": {
        "monthly_equals_customer_months",
        "cohorts_sum_to_mrr",
        "customers_and_subscriptions_sum_to_mrr",
    },
    "delete from history.closed_customer_months where customer_id = 'unknown'": {
        "mrr_identity",
        "monthly_equals_customer_months",
    },
}


@pytest.mark.nightly
@pytest.mark.parametrize("statement", BROKEN)
def test_a_closed_month_that_does_not_add_up_is_found(copy, statement):
    with duckdb.connect(str(copy.settings.warehouse)) as connection:
        assert connection.execute(statement).fetchone() != (0,)
    copy.dbt("test", "--select", "path:tests/reconciliation", "--vars", "as_of_date: '2025-04-12'")
    results = json.loads((copy.home / "target" / "run_results.json").read_text())["results"]
    assert {result["unique_id"].split(".")[2] for result in results if result["status"] == "fail"} == BROKEN[statement]


@pytest.mark.parametrize("day", ["2025-02-30", "March 2025"])
def test_the_day_must_be_one(golden, day):
    finished = golden.dbt("build", "--select", "closed_months", "--vars", f"closed_until: '{day}'")
    assert finished.returncode != 0
    assert f'var closed_until: found "{day}", expected a date, for example 2026-03-31, or nothing.' in finished.stdout
