"""The dashboard, opened from disk in a browser, as a reader would: every number is the mart's, nothing leaves the machine.

Where no Chromium is installed these tests are skipped, unless CUSTOMER_VALUE_TEST_BROWSER is `required`.
Screenshots go to CUSTOMER_VALUE_TEST_SCREENSHOTS, where it names a folder.
"""

import csv
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import duckdb
import pytest
import yaml
from conftest import Company
from test_nightly import copied

from customer_value import report
from customer_value.build import BuildError
from customer_value.settings import PROJECT

BOARDS = [*report.PAGES, "customer"]
FILES = [report.file_of(name) for name in report.PAGES]
LOCAL = ("file:", "data:", "blob:")
PHONE = {"width": 390, "height": 844}


def reported(company):
    """Make a company's report; its folder."""
    finished = company.cli("report")
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return company.settings.published / "report"


def readers_of(company, home):
    """A company's publication in a folder of its own."""
    other = Company(home, company.as_of)
    other.settings.published.mkdir(parents=True)
    shutil.copy(company.settings.published / "customer_value.duckdb", other.settings.published)
    return other


@pytest.fixture(scope="session")
def folder(demo, tmp_path_factory):
    return reported(readers_of(demo, tmp_path_factory.mktemp("report")))


class Reader:
    """Somebody who reads pages, and what the browser complained of."""

    def __init__(self, browser, folder, **context):
        self.context = browser.new_context(accept_downloads=True, timezone_id="America/Los_Angeles", **context)
        self.page = self.context.new_page()
        self.folder, self.complaints = folder, []
        self.page.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("request", lambda request: request.url.startswith(LOCAL) or self.complaints.append(request.url))

    def open(self, file):
        """Open a page and wait until every chart is drawn."""
        self.page.goto("about:blank")
        self.page.goto(f"file://{self.folder}/{file}")
        self.page.wait_for_function(
            "[...document.querySelectorAll('.chart')].every(chart => chart.querySelector('svg.marks'))"
        )
        return self.page


@pytest.fixture
def reader(chromium, folder):
    reader = Reader(chromium, folder)
    yield reader
    reader.context.close()
    assert reader.complaints == []


def payload(folder, file):
    """The rows that a page was made with."""
    text = (folder / file).read_text()
    return json.loads(re.search(r'<script type="application/json" id="payload">(.*?)</script>', text, re.DOTALL)[1])


def in_marts(company, query):
    """Rows of a board's query, by SQL of the test's own."""
    sql = f"select {', '.join(query['columns'])} from {query.get('schema', 'marts')}.{query['mart']}"
    sql += f" where {query['where']}" if "where" in query else ""
    sql += f" order by {query['order']}" if "order" in query else ""
    return [[report.plain(value) for value in row] for row in company.rows(sql)]


@pytest.mark.parametrize("file", [*FILES, "definitions.html"])
@pytest.mark.parametrize("scheme", ["light", "dark", "phone"])
def test_every_page_opens(chromium, folder, file, scheme):
    """Charts are drawn, nothing leaves the machine, the browser complains of nothing, a phone need not scroll sideways."""
    look = (
        {"viewport": PHONE}
        if scheme == "phone"
        else {"color_scheme": scheme, "viewport": {"width": 1280, "height": 900}}
    )
    reader = Reader(chromium, folder, **look)
    page = reader.open(file)
    if file != "definitions.html":
        sections = payload(folder, file)["sections"]
        assert page.locator("section").count() == len(sections)
        assert page.locator(".chart svg.marks").count() == sum("chart" in section for section in sections)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.evaluate("document.documentElement.dataset.theme") == ("dark" if scheme == "dark" else "light")
    shots = os.environ.get("CUSTOMER_VALUE_TEST_SCREENSHOTS")
    if shots:
        page.screenshot(path=Path(shots) / f"{Path(file).stem}_{scheme}.png", full_page=True)
    reader.context.close()
    assert reader.complaints == []


@pytest.mark.parametrize("name", report.PAGES)
def test_pages_hold_the_rows_that_their_boards_ask_for(demo, folder, name):
    """All of them, in order, up to the limit. What a board should ask for, it cannot know: the tiles are tested below."""
    found = payload(folder, report.file_of(name))["queries"]
    board = report.board_of(name)
    assert found.keys() == board["queries"].keys()
    for key, query in board["queries"].items():
        expected = in_marts(demo, query)
        assert found[key]["rows"] == expected[: query.get("limit")]
        assert found[key]["total"] == len(expected)


# By tile of the first page: the number that it is to show, written without a look at the board.
NEWEST = "order by activity_month desc limit 1"
TILES = {
    "MRR": f"select closing_mrr_amount from marts.mrr_monthly {NEWEST}",
    "NRR": f"select nrr_12m_rate from marts.mrr_monthly {NEWEST}",
    "GRR": f"select grr_12m_rate from marts.mrr_monthly {NEWEST}",
    "Logo churn": f"select logo_churn_rate from marts.mrr_monthly where not is_partial_month {NEWEST}",
    "LTV": f"select ltv_amount from marts.ltv_monthly {NEWEST}",
    "LTV : CAC": f"select ltv_cac_ratio from marts.unit_economics_monthly where window_months = 12 {NEWEST}",
    "NPS": "select nps_score from marts.nps_monthly where nps_window = '90_days' and nps_dimension = 'all' "
    f"and nps_score is not null {NEWEST}",
    "Customers in red": "select count(*) filter (health_status = 'red') / count(*) from marts.customer_health",
    "Tests passed": "select passed_test_count from main.publication",
}


def test_tiles_show_what_the_marts_say(demo, reader):
    page = reader.open("index.html")
    ((customers,),) = demo.rows("select count(*) from marts.customers where mrr_amount > 0")
    assert f"{customers} paying customers." in page.locator(".tile", has_text="MRR").first.inner_text()
    specs = report.board_of("overview")["sections"][0]["tiles"]
    assert [spec["label"] for spec in specs] == list(TILES)
    for spec in specs:
        place = page.locator(f'.tile[data-query="{spec["query"]}"][data-column="{spec["value"]}"]')
        assert spec["label"].lower() in place.inner_text().lower()
        expected = float(demo.rows(TILES[spec["label"]])[0][0])
        assert float(place.get_attribute("data-value")) == pytest.approx(expected, abs=1e-7)
        shown = float(re.sub(r"[^\d.]", "", place.locator(".value").inner_text().split(" : ")[0]))
        scale = 100 if spec["value"].endswith("_rate") else 1
        assert shown == pytest.approx(abs(expected) * scale, abs=0.5 if spec["value"].endswith("_amount") else 0.051)


def test_the_matrix_shows_the_segments(demo, reader):
    page = reader.open("segments.html")
    shown = page.locator('.matrix dd[data-column="customer_count"]').evaluate_all(
        "all => all.map(each => +each.dataset.value)"
    )
    assert sorted(shown) == sorted(
        count for (count,) in demo.rows("select customer_count from marts.segment_summary where customer_count > 0")
    )


def test_the_priority_list_is_sorted_filtered_searched_and_downloaded(demo, reader, tmp_path):
    page = reader.open("segments.html")
    section = page.locator("section", has_text="Priority list")
    expected = demo.rows(
        "select customers.customer_name, customer_segments.health_status, customer_segments.mrr_amount "
        "from marts.customer_segments join marts.customers using (customer_id) order by customer_segments.priority_rank"
    )

    def column(number):
        return section.locator(f"tbody td:nth-child({number})").all_inner_texts()

    assert column(2) == [name for name, _, _ in expected[:25]]
    section.get_by_label("Health status").select_option("red")
    red = [row for row in expected if row[1] == "red"]
    assert red and column(2) == [name for name, _, _ in red[:25]]
    section.get_by_role("columnheader", name="MRR").click()
    assert column(2)[0] == max(red, key=lambda row: row[2])[0]
    with page.expect_download() as download:
        section.get_by_role("button", name="Download CSV").click()
    download.value.save_as(tmp_path / "priority_list.csv")
    with (tmp_path / "priority_list.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert download.value.suggested_filename == "priority_list.csv"
    assert sorted(row["customer_name"] for row in rows) == sorted(name for name, _, _ in red)
    section.get_by_label("Health status").select_option("")
    section.get_by_label("Search").fill(expected[3][0])
    assert expected[3][0] in column(2)


def test_a_click_leads_to_the_customer(demo, reader):
    page = reader.open("segments.html")
    page.locator("section", has_text="Priority list").locator("tbody a").first.click()
    page.wait_for_selector("section")
    ((customer_id, name, score, reading),) = demo.rows(
        "select customer_id, customer_name, health_score, "
        "(select reading_text from marts.customer_health_signals as signals "
        "where signals.customer_id = customers.customer_id and is_known and signal_weight > 0 "
        "order by points_lost desc, signal_name limit 1) from marts.customers where priority_rank = 1"
    )
    assert name in page.locator("h1").inner_text()
    shown = page.locator('.facts[data-query="customers"] dd[data-column="health_score"]').inner_text()
    assert float(shown) == pytest.approx(float(score), abs=0.051)
    assert page.locator('table[data-query="signals"] tbody td').nth(1).inner_text() == reading
    (months,) = demo.rows(f"select count(*) from marts.customer_health_months where customer_id = '{customer_id}'")[0]
    page.wait_for_selector(".chart[data-rows]")
    assert page.locator(".chart").first.get_attribute("data-rows") == str(months)


def test_filters_of_charts(demo, reader):
    """The heat map follows its filters: values are offered of the chosen dimension only."""
    page = reader.open("retention.html")
    section = page.locator("section", has_text="Each row is a monthly cohort")
    section.get_by_label("Cohort dimension").select_option("channel")
    section.get_by_label("Cohort value").select_option("referral")
    section.locator("select[name=measure]").select_option("revenue_retention_rate")
    count = demo.rows(
        "select count(*) from marts.cohort_retention where cohort_dimension = 'channel' and cohort_value = 'referral' "
        "and not is_partial_month"
    )[0][0]
    page.wait_for_function(f"document.querySelector('.chart[data-query=cohorts]').dataset.rows === '{count}'")
    assert "month" not in section.get_by_label("Cohort value").locator("option").all_inner_texts()
    # The months of the cells are the marts', in whatever time zone the page is read.
    first = demo.rows(
        "select strftime(min(cohort_month), '%b %Y') from marts.cohort_retention where cohort_value = 'referral'"
    )
    assert first[0][0] in section.locator(".chart").inner_text()


def test_definitions_are_one_click_away(demo, reader):
    page = reader.open("index.html")
    page.locator(".tile", has_text="NRR").get_by_role("button").click()
    text = page.locator("[popover]:popover-open").inner_text()
    assert "Rates" in text and "NRR" in text
    page.keyboard.press("Escape")
    page.get_by_role("button", name="◐").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    # A column's words are those of the mart.
    head = page.get_by_role("columnheader", name="Expected loss")
    (comment,) = demo.rows(
        "select comment from duckdb_columns() where table_name = 'customer_segments' and column_name = 'expected_loss_amount'"
    )[0]
    assert head.get_attribute("title") == comment


def test_a_company_without_optional_inputs(chromium, random_company, tmp_path):
    """Pages say which input is missing, and nothing breaks."""
    folder = reported(readers_of(random_company, tmp_path))
    reader = Reader(chromium, folder)
    for file in FILES:
        reader.open(file)
    page = reader.open("index.html")
    assert "the input nps_responses was not provided" in page.locator(".tile", has_text="NPS").inner_text()
    page = reader.open("lifetime_value.html")
    assert "the input marketing_spend was not provided" in page.inner_text("main")
    reader.context.close()
    assert reader.complaints == []


def test_a_company_without_anything(chromium, demo, tmp_path):
    """Not one row in any mart: pages say so."""
    other = readers_of(demo, tmp_path)
    marts = other.marts()
    with duckdb.connect(str(other.settings.published / "customer_value.duckdb")) as connection:
        for mart in marts:
            connection.execute(f"delete from marts.{mart}")
    reader = Reader(chromium, reported(other))
    for file in [*FILES, "customer.html"]:
        assert reader.open(file).locator(".empty").count() > 0 or file == "trust.html"
    reader.context.close()
    assert reader.complaints == []


def hostile(company, home):
    """A copy of a company's publication whose customers bear names that are anything but."""
    other = readers_of(company, home)
    with duckdb.connect(str(other.settings.published / "customer_value.duckdb")) as connection:
        connection.execute(
            "update marts.customers set customer_name = case priority_rank "
            "when 1 then '</script><script>document.title = ''taken''</script>' "
            "when 2 then '=HYPERLINK(\"http://example.org\")' else '<img src=x onerror=alert(1)>' end"
        )
    return other


def test_names_are_text(chromium, demo, tmp_path):
    """Whatever a customer is called, it is shown and handed to spreadsheets as text."""
    reader = Reader(chromium, reported(hostile(demo, tmp_path)))
    page = reader.open("segments.html")
    names = page.locator('table[data-query="calls"] tbody a').all_inner_texts()
    assert names[0].startswith("</script>") and names[1].startswith("=HYPERLINK")
    with page.expect_download() as download:
        page.locator("section", has_text="Priority list").get_by_role("button", name="Download CSV").click()
    with download.value.path().open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[1]["customer_name"].startswith("'=HYPERLINK")
    page.locator('table[data-query="calls"] tbody a').first.click()
    page.wait_for_selector("section")
    assert page.locator("h1").inner_text().startswith("</script>") and page.title() != "taken"
    reader.context.close()
    assert reader.complaints == []


def test_long_lists_are_capped_with_a_way_to_the_rest(demo, tmp_path, monkeypatch):
    """The page holds the first rows and says of how many; a file holds them all."""
    settings = readers_of(demo, tmp_path).settings
    board = report.board_of("segments")
    board["queries"]["calls"]["limit"] = 5
    board_of = report.board_of
    monkeypatch.setattr(report, "board_of", lambda name: board if name == "segments" else board_of(name))
    monkeypatch.setattr(report, "MAX_CUSTOMERS", 3)
    report.report(settings)
    folder = settings.published / "report"
    calls = payload(folder, "segments.html")["queries"]["calls"]
    with (folder / calls["file"]).open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(calls["rows"]) == 5 and len(rows) == calls["total"] > 5
    shown = payload(folder, "segments.html")["customers"]
    assert sum(shard is not None for _, shard in shown.values()) == 3


def test_boards_only_choose(demo):
    """A board names columns of one mart, conditions and an order: it neither joins nor computes."""
    for name in BOARDS:
        board = report.board_of(name)
        for query in (board.get("queries") or board["customer"]).values():
            words = f"{query.get('where', '')} {query.get('order', '')}".lower()
            assert not re.search(r"\b(select|join|case|sum|count|avg|over)\b|[+*/]", words), (name, query)
        text = json.dumps(board["sections"])
        used = set(re.findall(r'"definition": "([^"]+)"', text))
        assert used <= report.definitions().keys(), (name, used)


def test_a_board_that_asks_for_what_is_not_there(demo, tmp_path, monkeypatch):
    """The message names the board, the query and the column; the report of before stays."""
    settings = readers_of(demo, tmp_path).settings
    report.report(settings)
    board = report.board_of("trust")
    board["queries"]["inputs"]["columns"].append("mood")
    board_of = report.board_of
    monkeypatch.setattr(report, "board_of", lambda name: board if name == "trust" else board_of(name))
    with pytest.raises(BuildError, match=r"trust\.yml: query inputs: .*mood"):
        report.report(settings)
    assert sorted(path.name for path in settings.published.iterdir()) == ["customer_value.duckdb", "report"]
    assert (settings.published / "report" / "index.html").exists()


def test_exposures_name_what_pages_read():
    """Every page is an exposure that depends on just the marts that it reads."""
    exposures = yaml.safe_load((PROJECT / "models" / "exposures.yml").read_text())["exposures"]
    named = {each["name"].removeprefix("report_"): set(each["depends_on"]) for each in exposures}
    for name in BOARDS:
        board = report.board_of(name)
        queries = (board.get("queries") or board["customer"]).values()
        marts = {f"ref('{query['mart']}')" for query in queries if query.get("schema", "marts") == "marts"}
        # Every page shows names, and says what is missing.
        common = {"ref('customers')", "ref('input_amounts')", "ref('input_reconciliation')"}
        assert named[name] == marts | common, name


@pytest.mark.nightly
def test_documentation_stands_beside_the_report(chromium, demo, tmp_path):
    """dbt's documentation is one page that fetches nothing; the report leads to it."""
    company = copied(demo, tmp_path / "home")
    finished = company.cli("docs")
    assert finished.returncode == 0, finished.stdout[-2000:] + finished.stderr
    reader = Reader(chromium, reported(company))
    page = reader.open("index.html")
    page.get_by_role("link", name="All tables and columns").click()
    page.wait_for_function("document.title.includes('dbt Docs')")
    page.goto(f"{page.url.split('#')[0]}#!/model/model.customer_value.mrr_monthly")
    page.wait_for_selector("text=closing_mrr_amount")
    reader.context.close()
    # The page's own placeholders for icons are complained of; requests would stand here as addresses.
    assert [each for each in reader.complaints if not each.startswith(("error: Unsafe", "error: Failed to load"))] == []


def test_nothing_published_is_said(tmp_path):
    refused = Company(tmp_path, "").cli("report")
    assert refused.returncode == 1 and "nothing is published" in refused.stderr


def test_serve_shows_the_newest_publication(demo, tmp_path):
    """On this machine only, rebuilt after a publication; a client that sends nothing keeps nobody waiting."""
    other = readers_of(demo, tmp_path)
    command = [
        sys.executable,
        "-m",
        "customer_value.cli",
        "serve",
        "--port",
        "0",
        "--published",
        other.settings.published,
    ]
    with subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True, cwd=PROJECT) as process:
        try:
            address = re.search(r"http://127\.0\.0\.1:\d+/", process.stdout.readline())[0]
            silent = socket.create_connection(("127.0.0.1", int(address.split(":")[-1].strip("/"))))
            for day in ("2031-01-02", "2031-01-03"):
                with duckdb.connect(str(other.settings.published / "customer_value.duckdb")) as connection:
                    connection.execute(f"update main.publication set as_of_date = date '{day}'")
                text = urllib.request.urlopen(f"{address}index.html", timeout=60).read().decode()
                assert f"As of 0{day[-1]} January 2031" in text
            silent.close()
        finally:
            process.terminate()
