"""Too much that is rejected is not published, and says so; whatever is rejected with money stands on every page."""

import shutil

import pytest
from conftest import Company, built, rows_of
from ledgers import at, change, customer, plan, write
from test_report import PHONE, Reader

from customer_value.failures import names, withheld_of
from customer_value.summary import missing_of

AS_OF = "2025-12-31"


def company_of(home, changes, **tables):
    """A company with the customers and the plan that its log names."""
    company = Company(home, AS_OF)
    ids = sorted({row["customer_id"] for row in changes})
    write(
        company.settings.raw,
        {"customers": [customer(each) for each in ids], "plans": [plan("basic")], "subscription_changes": changes}
        | tables,
    )
    return company


def dollars(count):
    return [change(f"u{i}", "2025-01-10") for i in range(count)]


@pytest.mark.nightly
def test_what_is_not_a_number_is_rejected_and_named(tmp_path):
    """Parquet states the least and greatest value of a column, and NaN is neither: it must be seen all the same."""
    odd = [change("odd", "2025-01-10", unit_amount=float("nan")), change("odder", "2025-01-10", quantity=float("nan"))]
    company = built(company_of(tmp_path, [*dollars(40), *odd]), "input_reconciliation", "customer_months")
    rejected = "select row_key, reject_reason, amount_at_stake from marts.rejected_rows"
    assert sorted(rows_of(company, rejected)) == [
        (f"{name}|{name}|2025-01-10 00:00:00", "number_out_of_range", None) for name in ("odder", "odd")
    ]
    assert rows_of(
        company, "select sum(mrr_amount) from marts.customer_months where activity_month = '2025-12-01'"
    ) == [(4000,)]


def three_currencies():
    return (
        dollars(30)
        + [change(f"e{i}", "2025-02-10", unit_amount=90, currency="EUR") for i in range(12)]
        + [change(f"g{i}", "2025-02-10", unit_amount=70, currency="GBP") for i in range(8)]
    )


@pytest.mark.nightly
def test_currencies_without_rates_are_not_published(tmp_path):
    """20 of 50 rows: the message names the currencies, their MRR and what to do; nothing is published."""
    company = company_of(tmp_path, three_currencies())
    refused = company.cli("run")
    assert refused.returncode == 1 and not (company.settings.published / "customer_value.duckdb").exists()
    said = refused.stderr
    assert "subscription_changes: 20 of 50 rows (40.0 %)" in said and "max_rejected_rate (5.0 %)" in said
    assert "missing_exchange_rate: 20 rows" in said and "EUR 1,080.00, GBP 560.00 of MRR" in said
    assert "exchange_rates" in said and "--publish-rejected" in said and "Traceback" not in said
    summary = company.summary
    assert summary["outcome"] == "failed" and summary["exceeds_max_rejected_rate"] == ["subscription_changes"]
    assert summary["missing_mrr"]["customer_count"] == 20


@pytest.fixture(scope="module")
def allowed(tmp_path_factory):
    """The same company, published all the same."""
    company = company_of(tmp_path_factory.mktemp("allowed"), three_currencies())
    finished = company.cli("run", "--publish-rejected")
    assert finished.returncode == 0, finished.stdout[-4000:]
    assert company.cli("report").returncode == 0
    return company


@pytest.mark.nightly
def test_one_flag_publishes_all_the_same_and_is_recorded(allowed):
    assert allowed.rows("select exceeds_max_rejected_rate from main.publication") == [(True,)]
    assert allowed.rows("select closing_mrr_amount from marts.mrr_monthly order by activity_month desc limit 1") == [
        (3000,)
    ]
    summary = allowed.summary
    assert summary["outcome"] == "published" and any("EUR 1,080" in line for line in summary["anomalies"])
    # What share of the MRR it is no rate tells: it is not 0.
    assert summary["missing_mrr"]["mrr_rate"] is None
    assert not [line for line in summary["anomalies"] if " 0.0 %" in line]
    # A strict run stops at it, whatever is allowed.
    assert allowed.cli("check", "--strict").returncode == 1


@pytest.mark.nightly
@pytest.mark.parametrize("look", [{"color_scheme": "light"}, {"color_scheme": "dark"}, {"viewport": PHONE}], ids=str)
def test_every_page_says_what_is_missing(allowed, chromium, look):
    folder = allowed.settings.published / "report"
    reader = Reader(chromium, folder, **look)
    for file in sorted(path.name for path in folder.glob("*.html")):
        page = reader.open(file)
        banner = page.locator("aside.banner:not(#age)")
        text = banner.inner_text()
        assert (
            "EUR 1,080 and GBP 560 of MRR, 20 customers, are not in these numbers: no exchange rate for EUR, GBP"
            in text
        )
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        assert banner.bounding_box()["y"] < 700
    banner.get_by_role("link").click()
    page.wait_for_function("location.href.endsWith('trust.html#rejected-rows')")
    page.wait_for_selector("section#rejected-rows")
    reader.context.close()
    assert reader.complaints == []


@pytest.mark.nightly
def test_each_input_says_what_share_is_rejected_and_why(tmp_path):
    """Of the log 7 of 56 rows, for a word and for rates that begin later, and 6,660 of 11,560; of invoice lines 4 of 40."""
    rates = [{"rate_date": at(f"2025-{month:02}-01").date(), "currency": "EUR", "rate": 1.1} for month in range(6, 13)]
    changes = [*dollars(49), change("big", "2025-01-10", "Activ!", unit_amount=6000)]
    changes += [change(f"e{i}", "2025-02-10", currency="EUR") for i in range(6)]
    lines = [
        {
            "invoice_line_id": f"l{i}",
            "invoice_id": f"i{i}",
            "customer_id": "u1" if i % 10 else "nobody",
            "kind": "recurring" if i % 10 else "something",
            "issued_at": at("2025-03-01"),
            "amount": 100,
            "currency": "USD",
            "status": "paid",
            "paid_at": at("2025-03-02"),
        }
        for i in range(40)
    ]
    refused = company_of(tmp_path, changes, exchange_rates=rates, invoice_lines=lines).cli("run")
    assert refused.returncode == 1
    said = refused.stderr
    assert (
        "subscription_changes: 7 of 56 rows (12.5 %) and 57.6 % of the money that can be converted are rejected" in said
    )
    assert 'missing_exchange_rate: 6 rows: "EUR" 6; EUR 600.00 of MRR' in said
    assert 'unknown_status: 1 rows: "' in said and "USD 6,000.00 of MRR" in said
    assert "invoice_lines: 4 of 40 rows (10.0 %) and 10.0 % of the money" in said
    assert 'unknown_kind: 4 rows: "something" 4' in said


def test_money_counts_where_rows_are_few(tmp_path):
    """One row of fifty, more than half of the MRR: more than the limit."""
    company = Company(tmp_path, AS_OF)
    write(
        company.settings.raw,
        {"subscription_changes": [*dollars(49), change("big", "2025-01-10", "Activ!", unit_amount=6000)]},
    )
    built(company, "input_reconciliation")
    query = "select rejected_row_rate, rejected_amount_rate, exceeds_max_rejected_rate from marts.input_reconciliation"
    (found,) = rows_of(company, f"{query} where input_name = 'subscription_changes'")
    assert (float(found[0]), round(float(found[1]), 4), found[2]) == (0.02, 0.5505, True)


@pytest.mark.nightly
def test_a_little_is_published_with_a_banner(tmp_path):
    company = company_of(
        tmp_path, [*dollars(60), change("odd", "2025-01-10", unit_amount=-5), change("one", "2025-03-01", "what")]
    )
    finished = company.cli("run")
    assert finished.returncode == 0, finished.stdout[-3000:]
    assert "USD 100 of MRR, 1 customer, is not in these numbers: unknown status" in finished.stdout
    assert company.cli("report").returncode == 0
    assert "not in these numbers" in (company.settings.published / "report" / "retention.html").read_text()


@pytest.fixture
def copy(allowed, tmp_path):
    """A company of its own that is published."""
    shutil.copytree(allowed.home, tmp_path / "home")
    return Company(tmp_path / "home", allowed.as_of)


def test_rows_that_name_no_customer_are_of_nobody_known(tmp_path):
    """Their MRR is not in the numbers; of how many customers is not known, and not 0."""
    unnamed = change("u1", "2025-03-01", subscription_id="unnamed") | {"customer_id": None}
    company = Company(tmp_path, AS_OF)
    write(company.settings.raw, {"subscription_changes": [*dollars(30), unnamed]})
    missing = missing_of(built(company, "input_reconciliation").settings)
    assert missing["text"] == "USD 100 of MRR is not in these numbers: missing customer id"


@pytest.mark.nightly
def test_a_package_holds_the_gate(copy):
    """A plain dbt build fails at the test; the environment variable opens it."""
    command = ["test", "--select", "rejected_shares_are_within_the_limit"]
    assert copy.dbt(*command).returncode == 1
    assert copy.dbt(*command, CUSTOMER_VALUE_PUBLISH_REJECTED="1").returncode == 0
    assert names(withheld_of(copy.settings)) == ""
