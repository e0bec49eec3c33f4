"""What other programs get of the marts: an Excel workbook with types intact, import files for a CRM."""

import csv
import datetime
import decimal
import json

import duckdb
import pytest
from conftest import Company
from test_report import readers_of

from customer_value import export
from customer_value.errors import BuildError

openpyxl = pytest.importorskip("openpyxl")
pytest.importorskip("xlsxwriter")

CHOSEN = ["mrr_monthly", "customers", "subscriptions", "mrr_forecast"]
HOSTILE = ["=1+1", "+41 79", "-5", "@cmd", "http://x.y", "007", "a\x0bb", "x" * 40_000, "<b>&amp;"]


def exported(company, *arguments):
    finished = company.cli("export", *map(str, arguments))
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


@pytest.fixture(scope="module")
def workbook(demo, tmp_path_factory):
    """Some marts of the demonstration company as a workbook, read back by another library."""
    path = tmp_path_factory.mktemp("excel") / "marts.xlsx"
    exported(demo, "--excel", path, *(word for mart in CHOSEN for word in ("--mart", mart)))
    return openpyxl.load_workbook(path)


def test_every_mart_has_its_sheet(demo, tmp_path, monkeypatch):
    """And its line in the contents, with the rows that it has, those that are written and its day."""
    monkeypatch.setattr(export, "MAX_ROWS", 4)
    export.export(demo.settings, tmp_path / "all.xlsx", [], [])
    book = openpyxl.load_workbook(tmp_path / "all.xlsx")
    marts = {mart: len(rows) for mart, rows in demo.marts().items()}
    assert book.sheetnames == ["contents", "columns", *sorted(marts)]
    assert {mart: book[mart].max_row - 1 for mart in marts} == {mart: min(count, 3) for mart, count in marts.items()}
    header, *rows = book["contents"].iter_rows(values_only=True)
    contents = {row[0]: dict(zip(header, row, strict=True)) for row in rows}
    assert {mart: each["row_count"] for mart, each in contents.items()} == marts
    assert all(
        each["description"] and each["written_row_count"] == min(each["row_count"], 3) for each in contents.values()
    )
    day = demo.rows("select max(as_of_date) from marts.customers")[0][0]
    assert {each["as_of_date"].date() for each in contents.values()} == {day}


@pytest.mark.parametrize("mart", CHOSEN)
def test_types_are_kept(demo, workbook, mart):
    """A number is a number, a day a day, a truth a truth, a text a text, and what is not known is empty."""
    columns = [name for name, *_ in demo.rows(f"describe marts.{mart}")]
    header, *rows = workbook[mart].iter_rows(values_only=True)
    assert list(header) == columns
    # The rows stand in the order of the file.
    with duckdb.connect(str(demo.settings.published / "customer_value.duckdb"), read_only=True) as connection:
        expected = connection.execute(f"from marts.{mart}").fetchall()
    for found, values in zip(rows, expected, strict=True):
        for column, cell, value in zip(columns, found, values, strict=True):
            if isinstance(value, decimal.Decimal):
                assert isinstance(cell, int | float) and cell == pytest.approx(float(value), rel=1e-14), column
            elif isinstance(value, datetime.datetime):
                assert abs(cell - value) < datetime.timedelta(milliseconds=2), column
            elif isinstance(value, datetime.date):
                assert cell == datetime.datetime.combine(value, datetime.time()), column
            else:
                assert cell == value and type(cell) is type(value), column


def test_text_stays_text(tmp_path):
    """Nothing is a formula, a number or a link; what is longer than a cell is cut."""
    book = export.Workbook(tmp_path / "texts.xlsx")
    sheet = book.sheet("texts", ["text"])
    for row, value in enumerate(HOSTILE, start=1):
        book.write(sheet, row, 0, value, "text")
    book.book.close()
    cells = [row[0] for row in openpyxl.load_workbook(tmp_path / "texts.xlsx")["texts"].iter_rows(min_row=2)]
    assert [cell.data_type for cell in cells] == ["s"] * len(HOSTILE)
    assert not [cell for cell in cells if cell.hyperlink]
    kept = [cell.value.replace("_x000B_", "\x0b") for cell in cells]
    assert kept == [value[: export.MAX_TEXT] for value in HOSTILE]


def test_rows_beyond_a_sheet_are_said(demo, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(export, "MAX_ROWS", 11)
    export.export(demo.settings, tmp_path / "small.xlsx", ["customers", "mrr_forecast"], [])
    count = len(demo.marts()["customers"])
    assert f"warning: customers: 10 of {count:,} rows: " in capsys.readouterr().out
    book = openpyxl.load_workbook(tmp_path / "small.xlsx")
    assert book.sheetnames == ["contents", "columns", "customers", "mrr_forecast"]
    assert book["customers"].max_row == 11
    assert [row[2:4] for row in book["contents"].iter_rows(min_row=2, max_row=2, values_only=True)] == [(count, 10)]
    assert [path.name for path in tmp_path.iterdir()] == ["small.xlsx"]


def test_names_of_sheets_are_cut_and_stay_apart(tmp_path):
    book = export.Workbook(tmp_path / "names.xlsx")
    for _ in range(3):
        book.sheet("a_mart_with_a_name_that_is_longer_than_excel_allows", ["x"])
    names = [sheet.get_name() for sheet in book.book.worksheets()]
    assert len({name.lower() for name in names}) == 3 and max(map(len, names)) <= export.MAX_NAME
    book.book.close()


def test_what_is_asked_for_must_be_there(demo, tmp_path):
    with pytest.raises(BuildError, match=r"--mart: found mood, expected"):
        export.export(demo.settings, tmp_path / "x.xlsx", ["mood"], [])
    with pytest.raises(BuildError, match=r"--csv: found \.\./secrets, expected a question"):
        export.export(demo.settings, None, [], [("../secrets", tmp_path / "x.csv")])
    with pytest.raises(BuildError, match="nothing is published"):
        export.export(Company(tmp_path / "none", "").settings, tmp_path / "x.xlsx", [], [])
    assert list(tmp_path.glob("x.*")) == []


@pytest.mark.parametrize("question", ["hubspot_companies", "salesforce_accounts"])
def test_a_crm_gets_a_row_for_each_customer(demo, tmp_path, question):
    """Keys, health and owner are those of the marts, cell by cell; columns have stable names."""
    company = readers_of(demo, tmp_path / "readers")
    exported(company, "--csv", question, tmp_path / "crm.csv")
    with (tmp_path / "crm.csv").open(newline="") as file:
        header, *rows = csv.reader(file)
    key, status, health, _, segment, owner, play = header[:7]
    assert key in ("Customer ID", "Customer_ID__c") and "Health" in health and "Segment" in segment
    assert "status" in status.lower() and "owner" in owner.lower() and play.startswith("Play")
    expected = demo.rows(
        "select customer_id, customer_status, coalesce(customers.health_status, ''), coalesce(customers.segment_name, ''), "
        "coalesce(customers.account_owner, ''), coalesce(play, '') "
        "from marts.customers left join marts.customer_segments using (customer_id) order by 1"
    )
    assert [(*row[:3], *row[4:7]) for row in rows] == expected
    assert json.dumps(header) == json.dumps(sorted(set(header), key=header.index))
