"""Half a failure is not a whole one: marts that fail stay at the last good publication, with those that descend from them."""

import datetime
import re
import shutil
from dataclasses import dataclass

import duckdb
import pytest
from conftest import OwnProject
from copies import project_copy

from customer_value.settings import PROJECT

FIRST, SECOND, THIRD = (datetime.date(2026, 10, day) for day in (16, 17, 18))


@dataclass(frozen=True)
class Broken(OwnProject):
    """A company that is run by a copy of the project, in whose marts rules can be broken."""

    def rule(self, mart, condition):
        """Give a mart a rule of its own, `odd_row`; None takes it away."""
        (path,) = (self.home / "project" / "models").rglob(f"{mart}.yml")
        text = re.sub(r"              odd_row: .*\n", "", path.read_text())
        if condition:
            text = text.replace(
                "            expressions:\n", f'            expressions:\n              odd_row: "{condition}"\n', 1
            )
        path.write_text(text)

    def say(self, mart, old, new):
        """Have the yml of a mart say something else."""
        (path,) = (self.home / "project" / "models").rglob(f"{mart}.yml")
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def key(self, mart, columns, other):
        """Have the uniqueness test of a mart name other columns."""
        self.say(mart, *(f"combination_of_columns: [{', '.join(names)}]" for names in (columns, other)))

    def held(self):
        rows = self.rows(
            "select mart_name, status, as_of_date, row_count, build_id, reason from main.publication_marts"
        )
        return {mart: dict(zip(["status", "day", "count", "build", "reason"], row, strict=True)) for mart, *row in rows}


@pytest.fixture(scope="module")
def company(demo, tmp_path_factory):
    home = tmp_path_factory.mktemp("partial")
    project_copy(home / "project")
    shutil.copytree(PROJECT / "reports", home / "project" / "reports")
    (home / "raw").symlink_to(demo.settings.raw)
    return Broken(home, "")


ODD_TERMS = "subscription_id not like '%3'"
# The columns that name a row, and too few of them.
KEYS = (["customer_id", "cohort_dimension", "cohort_value"], ["customer_id"])
# What a query gives, and what it does not: another type, and another name.
CONTRACTS = (
    (
        "name: health_status\n        data_type: string",
        "name: health_status\n        data_type: integer",
    ),
    ("name: left_count", "name: gone_count"),
)


@pytest.fixture(scope="module")
def first(company):
    """The first publication: renewals fail, a mart whose key is not unique, and one that does not keep its contract."""
    company.rule("contract_renewals", ODD_TERMS)
    for columns in CONTRACTS:
        company.say("playbook_outcomes", *columns)
    company.key("customer_ltv_segments", *KEYS)
    finished = company.run_as_of(FIRST)
    return company, finished, company.held(), company.summary


def test_at_the_first_publication_what_failed_is_absent(first):
    company, finished, held, summary = first
    assert finished.returncode == 1, finished.stdout[-4000:]
    absent = {mart for mart, row in held.items() if row["status"] == "absent"}
    # What descends from renewals.
    of_renewals = {"expected_cash_monthly", "publication_changes", "publication_digest"}
    assert absent == {"contract_renewals", "customer_ltv_segments", "playbook_outcomes"} | of_renewals
    assert {"mrr_monthly", "customer_health", "customers", "input_reconciliation"} <= held.keys()
    tables = {mart for (mart,) in company.rows("select table_name from duckdb_tables() where schema_name = 'marts'")}
    assert tables == held.keys() - absent
    assert held["contract_renewals"]["count"] is None and "never published" in held["contract_renewals"]["reason"]
    assert summary["outcome"] == "published in part" and {row["mart_name"] for row in summary["withheld"]} == absent


def test_the_message_names_mart_rule_rows_and_keys(first):
    company, finished, _, summary = first
    with duckdb.connect(str(company.settings.warehouse), read_only=True) as connection:
        (count,) = connection.execute(
            f"select count(*) from marts.contract_renewals where not ({ODD_TERMS})"
        ).fetchone()
    failure, key, contract = sorted(summary["failures"], key=lambda each: each["model"])
    assert (key["model"], key["rule"]) == ("customer_ltv_segments", f"one row per {', '.join(KEYS[1])}")
    assert key["row_count"] > 0 and key["rows"] and all(int(row["row_count"]) > 1 for row in key["rows"])
    assert (failure["model"], failure["rule"], failure["row_count"]) == ("contract_renewals", "odd_row", count)
    assert len(failure["rows"]) == min(count, 3) and all(row.keys() == {"term_id"} for row in failure["rows"])
    assert contract["model"] == "playbook_outcomes"
    for difference in (
        "health_status is VARCHAR, the contract has INTEGER",
        "left_count is BIGINT, the contract has no such column",
        "gone_count is missing, the contract has BIGINT",
    ):
        assert difference in contract["message"], contract
    assert re.search(rf"contract_renewals: odd_row: {count} rows?, for example \(term_id = ", finished.stdout)
    assert "contract_renewals: odd_row" in finished.stderr and "Traceback" not in finished.stderr


def test_a_report_says_what_is_absent(first):
    company, *_ = first
    made = company.run_as_of(FIRST, command="report")
    assert made.returncode == 0, made.stderr
    growth = (company.settings.published / "report" / "growth.html").read_text()
    assert "Withheld: " in growth and "Not published: the build failed here" in growth and "odd_row" in growth


@pytest.fixture(scope="module")
def second(first):
    """The next day all is well."""
    company, *_ = first
    company.rule("contract_renewals", None)
    company.key("customer_ltv_segments", *reversed(KEYS))
    for columns in CONTRACTS:
        company.say("playbook_outcomes", *reversed(columns))
    finished = company.run_as_of(SECOND)
    assert finished.returncode == 0, finished.stdout[-4000:]
    return company, company.held()


def test_what_passes_again_is_published_again(second):
    company, held = second
    assert {(row["status"], row["day"], row["reason"]) for row in held.values()} == {("published", SECOND, None)}
    assert company.rows("select withheld_mart_count from main.publication") == [(0,)]


@pytest.fixture(scope="module")
def third(second):
    """A day later renewals and health fail; the columns of win-back candidates have changed, which fail too."""
    company, _ = second
    before = company.marts()
    company.rule("contract_renewals", ODD_TERMS)
    company.rule("customer_health", "false")
    company.rule("winback_candidates", "false")
    file = company.settings.published / "customer_value.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute("alter table marts.winback_candidates rename column customer_id to account_id")
    finished = company.run_as_of(THIRD)
    return company, before, finished, company.held(), company.summary


@pytest.mark.nightly
def test_what_failed_stays_at_the_last_good_publication(third):
    company, before, finished, held, _ = third
    assert finished.returncode == 1, finished.stdout[-4000:]
    withheld = {mart for mart, row in held.items() if row["status"] == "withheld"}
    # `customers` reads health: it stays behind with it.
    assert {"contract_renewals", "customer_health", "customers", "customer_segments"} <= withheld
    after = company.marts()
    for mart in withheld:
        assert held[mart]["day"] == SECOND and after[mart] == before[mart], mart
    published = {mart for mart, row in held.items() if row["status"] == "published"}
    assert {"mrr_monthly", "customer_months", "restatements", "nps_monthly"} <= published
    assert {held[mart]["day"] for mart in published} == {THIRD}
    assert company.rows("select as_of_date, withheld_mart_count > 3 from main.publication") == [(THIRD, True)]
    assert company.rows("select max(activity_month) = date '2026-10-01' from marts.mrr_monthly") == [(True,)]


@pytest.mark.nightly
def test_what_changed_its_columns_is_absent(third):
    _, _, _, held, _ = third
    assert held["winback_candidates"]["status"] == "absent"
    assert "its columns have changed" in held["winback_candidates"]["reason"]


@pytest.mark.nightly
def test_comments_stay_with_what_is_withheld(third):
    company, *_ = third
    assert company.rows("select count(*) from duckdb_columns() where schema_name = 'marts' and comment is null") == [
        (0,)
    ]


@pytest.mark.nightly
def test_no_page_shows_two_days_without_saying_so(third):
    company, *_ = third
    made = company.run_as_of(THIRD, command="report")
    assert made.returncode == 0, made.stderr
    folder = company.settings.published / "report"
    for page in folder.glob("*.html"):
        assert "They stand as of 17 October 2026." in page.read_text(), page
    assert (
        "As of 17 October 2026: the newer version was withheld. customer_health: odd_row"
        in (folder / "health.html").read_text()
    )


@pytest.mark.nightly
def test_withheld_marts_keep_their_day_when_they_fail_again(third):
    company, before, *_ = third
    again = company.run_as_of(THIRD)
    held = company.held()
    assert again.returncode == 1 and held["customer_health"]["day"] == SECOND
    assert company.marts()["customers"] == before["customers"]


@pytest.mark.nightly
def test_a_strict_run_publishes_nothing(third):
    company, *_ = third
    before = (company.settings.published / "customer_value.duckdb").read_bytes()
    stopped = company.run_as_of(THIRD, "--strict", command="check")
    assert stopped.returncode == 1 and "withheld: customer_health" in stopped.stdout
    assert (company.settings.published / "customer_value.duckdb").read_bytes() == before


@pytest.mark.nightly
def test_the_core_stops_everything(third):
    company, *_ = third
    before = (company.settings.published / "customer_value.duckdb").read_bytes()
    company.rule("mrr_monthly", "activity_month <> date '2026-03-01'")
    finished = company.run_as_of(THIRD)
    assert finished.returncode == 1
    assert "mrr_monthly: odd_row: 1 row, for example (activity_month = 2026-03-01)" in finished.stderr
    assert company.summary["outcome"] == "failed"
    assert (company.settings.published / "customer_value.duckdb").read_bytes() == before
    refused = company.run_as_of(THIRD, command="publish")
    assert refused.returncode == 1 and "did not pass" in refused.stderr
