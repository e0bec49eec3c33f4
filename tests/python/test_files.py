"""Files as people have them: CSV, TSV, JSON lines and Parquet, in one file or many, with their own headers, dates and decimals."""

import gzip
import json
import os
import shutil

import duckdb
import golden_ledger
import ledgers
import pytest
from conftest import MARTS, Company, built, rows_of

from customer_value.contract import inputs
from customer_value.load import check_inputs, create_views, load
from customer_value.settings import Settings

AS_OF = "2025-06-30"
LOG = "Subscription ID;Changed At;Customer ID;Status;Unit Amount;Currency;Billing Interval;Loaded At\n"


def read(folder, name="subscription_changes", as_of=AS_OF):
    """An input of a folder as the models see it: rows as dictionaries, and what is said of it."""
    settings = Settings.of(raw=folder, warehouse=folder / "home" / "warehouse.duckdb", as_of=as_of)
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        received = check_inputs(settings)
        create_views(connection, received)
        relation = connection.sql(f"from raw.{name}")
        rows = [
            dict(zip(relation.columns, map(str, row), strict=True)) for row in sorted(relation.fetchall(), key=repr)
        ]
    return rows, [line for each in received for line in each.said]


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())


def first(folder, row, *texts):
    """The first row of a log that has the row for each text, with the text in its place."""
    write(
        folder / "subscription_changes.csv", LOG + "".join(f"s{n};{row.format(text)}\n" for n, text in enumerate(texts))
    )
    return read(folder)[0][0]


def problems(folder, as_of=AS_OF):
    with pytest.raises(Exception) as caught:
        read(folder, as_of=as_of)
    return str(caught.value).splitlines()


def as_text(raw, folder):
    """A company's Parquet files written as people have them: the log as two packed German CSV files, the rest in other ways."""
    connection = duckdb.connect()
    ways = ["csv", "tsv", "jsonl", "csv.gz", "jsonl.gz"]
    for n, path in enumerate(sorted(raw.glob("*.parquet"))):
        name, way = path.stem, ways[n % len(ways)]
        columns = connection.execute(f"describe from '{path}'").fetchall()
        if name != "subscription_changes":
            options = {"csv": "header", "tsv": "header, delimiter '\t'", "jsonl": "format json"}[
                way.removesuffix(".gz")
            ]
            packed = ", compression gzip" if way.endswith(".gz") else ""
            connection.execute(f"copy (from '{path}') to '{folder / name}.{way}' ({options}{packed})")
            continue
        written = {
            "DOUBLE": "replace(cast({0} as varchar), '.', ',')",
            "TIMESTAMP": "strftime({0}, '%d.%m.%Y %H:%M:%S')",
            "BOOLEAN": "case {0} when true then 'yes' when false then 'no' end",
        }
        listed = ", ".join(
            f'{written.get(kind, "{0}").format(column)} as "{column.replace("_", " ").title()}"'
            for column, kind, *_ in columns
        )
        (folder / name).mkdir()
        for half in (0, 1):
            connection.execute(
                f"copy (select {listed} from (select *, row_number() over () % 2 as half from '{path}') where half = {half}) "
                f"to '{folder / name / f'part {half}.csv.gz'}' (header, delimiter ';')"
            )


@pytest.mark.nightly
def test_a_company_is_the_same_in_every_format(golden, tmp_path):
    company = Company(tmp_path, golden_ledger.AS_OF)
    company.settings.raw.mkdir()
    as_text(golden.settings.raw, company.settings.raw)
    assert not list(company.settings.raw.rglob("*.parquet"))
    marts, of_text = golden.marts(), company.run().marts()
    for mart in marts:
        assert of_text[mart] == marts[mart], mart
    assert marts.keys() == MARTS


def test_headers_and_values_are_read_as_people_write_them(tmp_path):
    write(
        tmp_path / "Subscription Changes.CSV",
        "\ufeff" + LOG + 's1;31.01.2025 14:30;c1;active;"1.234,50 €";EUR;month;01.02.2025\n'
        "s2;01.02.2025;c2;active;(7);EUR;month;01.02.2025\n",
    )
    rows, said = read(tmp_path)
    assert [(row["subscription_id"], row["changed_at"], row["unit_amount"], row["loaded_at"]) for row in rows] == [
        ("s1", "2025-01-31 14:30:00", "1234.5", "2025-02-01"),
        ("s2", "2025-02-01 00:00:00", "-7.0", "2025-02-01"),
    ]
    assert {line.split(": ", 1)[1] for line in said} == {
        "column Changed At: read as day first.",
        "column Loaded At: read as day first.",
        "column Unit Amount: read as decimal comma.",
    }


DATES = {
    "2025-01-05": "2025-01-05",
    "2025/1/5": "2025-01-05",
    "20250105": "2025-01-05",
    "5 January 2025": "2025-01-05",
    "05-Jan-2025": "2025-01-05",
    "Jan 5, 2025": "2025-01-05",
    "2025-01-05T10:00:00+02:00": "2025-01-05 08:00:00",
    "2025-01-05 10:00:00 UTC": "2025-01-05 10:00:00",
    "2025-01-05 10:00": "2025-01-05 10:00:00",
    "1736071200": "2025-01-05 10:00:00",
    "1736071200000": "2025-01-05 10:00:00",
}


@pytest.mark.parametrize("text", DATES)
def test_dates_that_mean_one_day_are_read(tmp_path, text):
    assert first(tmp_path, '"{}";c;active;1;USD;month;2025-06-01', text)["changed_at"] == DATES[text]


ORDERS = {
    ("05/01/2025", "31/01/2025"): "2025-01-05",
    ("05/01/2025", "01/31/2025"): "2025-05-01",
    ("5.1.25", "6.1.25"): "2025-01-05",
}


@pytest.mark.parametrize("texts", ORDERS)
def test_the_order_of_a_date_is_that_of_its_column(tmp_path, texts):
    assert first(tmp_path, "{};c;active;1;USD;month;2025-06-01", *texts)["changed_at"] == ORDERS[texts]


def test_another_column_of_the_file_tells_the_order(tmp_path):
    assert first(tmp_path, "{};c;active;1;USD;month;15/06/2025", "05/06/2025")["changed_at"] == "2025-06-05"


def test_what_may_mean_two_things_is_refused(tmp_path):
    write(tmp_path / "subscription_changes.csv", LOG + 's;05/01/2025;c;active;"1,234";USD;month;2025-06-01\n')
    day, price = problems(tmp_path)
    assert 'column Changed At: found "05/01/2025", which may be meant as day first or month first' in day
    assert 'column Unit Amount: found "1,234", which may be meant as comma or point' in price


NUMBERS = {
    ("1.085", "1.1"): "1.085",
    ("1,234.50", "1,234"): "1234.5",
    ("1.234,5", "1.234"): "1234.5",
    ("1.234.567", "1"): "1234567.0",
    ("20%", "1"): "0.2",
    ("$ 1 200", "1"): "1200.0",
    ("1e3", "1"): "1000.0",
}


@pytest.mark.parametrize("texts", NUMBERS)
def test_numbers_are_read_by_the_mark_of_their_column(tmp_path, texts):
    assert first(tmp_path, '2025-01-01;c;active;"{}";USD;month;2025-06-01', *texts)["unit_amount"] == NUMBERS[texts]


def test_what_cannot_be_read_is_rejected_and_named(tmp_path):
    """Of one row the price, of another the date; a short row lacks its last columns, and nothing else is lost."""
    company = Company(tmp_path, AS_OF)
    rows = [f"s{n};2025-01-0{n};c{n};active;10;USD;month;2025-06-01" for n in range(1, 6)]
    rows += ["s6;2025-01-06;c6;active;ten;USD;month;2025-06-01", "s7;2025-02-30;c7;active;10;USD;month;2025-06-01"]
    rows += ["s8;2025-01-08;c8;active;10;USD;month"]
    write(company.settings.raw / "subscription_changes.csv", LOG + "\n".join(rows) + "\n")
    said = company.cli("load")
    assert 'column Unit Amount: 1 of 8 values cannot be read as double, for example "ten"' in said.stdout, said.stderr
    built(company, "rejected_rows", "input_reconciliation")
    assert rows_of(company, "select row_key, reject_reason, rejected_value from marts.rejected_rows order by all") == [
        ("s6|s6|2025-01-06 00:00:00", "unreadable_value", "unit_amount = ten"),
        ("s7|s7|", "unreadable_value", "changed_at = 2025-02-30"),
        ("s8|s8|2025-01-08 00:00:00", "missing_loaded_at", None),
    ]
    assert rows_of(
        company,
        "select raw_row_count, rejected_row_count from marts.input_reconciliation where input_name = 'subscription_changes'",
    ) == [(8, 3)]


def test_every_problem_of_every_file_is_said_at_once(tmp_path):
    write(tmp_path / "subscription_changes.csv", "subscription,changed_at,customer_id,Unit Amount\ns,soon,c,1\n")
    write(tmp_path / "customers.csv", "customer_id,Created_At,created at\nc,2025-01-01,2025-01-01\n")
    write(tmp_path / "users.jsonl", '{"user_id": "u"\n')
    found = "\n".join(problems(tmp_path, as_of=""))
    for part in (
        "column subscription_id: found no such column, expected one of type string. Is it subscription?",
        'column changed_at: found "soon", expected timestamp, for example 2026-03-31T18:00:00Z. None of 1 values',
        "column status: found no such column",
        "column loaded_at: found no such column, expected one of type timestamp. Name the day of the export once: --as-of",
        "customers.csv: found 2 columns that are called created_at",
        "users.jsonl: found a file that cannot be read",
    ):
        assert part in found, found


def test_what_is_almost_named_so_is_asked_for(tmp_path):
    write(tmp_path / "subscription_change.csv", LOG)
    (line,) = problems(tmp_path)
    assert "expected the required input subscription_changes. Is it subscription_change?" in line
    (tmp_path / "subscription_change.csv").unlink()
    write(tmp_path / "subscription_changes.csv", LOG.replace("\n", ";Discount Rat\n"))
    assert (
        "column Discount Rat: not one of the input subscription_changes, and not read. Is it discount_rate?"
        in read(tmp_path)[1][0]
    )


def test_a_row_that_is_too_long_is_unreadable(tmp_path):
    row = "s;2025-01-01;c;active;1;USD;month;2025-06-01"
    write(tmp_path / "subscription_changes.csv", LOG + f"{row}\n{row};more\n# {row}\n")
    assert [(row["subscription_id"], row["unreadable_value"]) for row in read(tmp_path)[0]] == [
        ("# s", "None"),
        ("s", "beyond the last column = more"),
        ("s", "None"),
    ]


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-8-sig", "utf-16"])
def test_what_excel_writes_is_read(tmp_path, encoding):
    """Windows-1252 has a € where Latin-1 has none; a copy in UTF-8 stands beside the warehouse, as long as it is read."""
    price = "1 €" if encoding != "latin-1" else "1 £"
    file = tmp_path / "subscription_changes.csv"
    file.write_bytes((LOG + f"Müller;2025-01-01;c;active;{price};EUR;month;2025-06-01\n").encode(encoding))
    (row,) = read(tmp_path)[0]
    assert (row["subscription_id"], row["unit_amount"]) == ("Müller", "1.0")
    settings = Settings.of(raw=tmp_path, warehouse=tmp_path / "home" / "warehouse.duckdb", as_of=AS_OF)
    copies = tmp_path / "home" / "in_utf8"
    load(settings)
    assert len(list(copies.glob("*"))) == (encoding in ("cp1252", "utf-16"))
    write(file, LOG + "Müller;2025-01-01;c;active;1;EUR;month;2025-06-01\n")
    load(settings)
    assert not list(copies.glob("*"))


def test_a_text_of_no_known_encoding_is_refused(tmp_path):
    (tmp_path / "subscription_changes.csv").write_bytes(
        LOG.encode() + b"M\x81ller;2025-01-01;c;active;1;EUR;month;2025-06-01\n"
    )
    (problem,) = problems(tmp_path)
    assert r"found b'\x81', which is no character of cp1252. Save it as UTF-8." in problem


def test_a_column_without_a_name_is_no_surplus(tmp_path):
    """Some tools write the number of each row first, without a header."""
    write(
        tmp_path / "subscription_changes.csv",
        ";"
        + LOG
        + "0;s;2025-01-01;c;active;1;EUR;month;2025-06-01\n1;t;2025-01-01;c;active;1;EUR;month;2025-06-01;more\n",
    )
    assert [row["unreadable_value"] for row in read(tmp_path)[0]] == ["None", "beyond the last column = more"]


def test_ids_that_are_numbers_are_texts(tmp_path):
    write(
        tmp_path / "subscription_changes.jsonl",
        '{"subscription_id": 17, "changed_at": "2025-01-01T00:00:00Z", "customer_id": 4, "status": "active", "unit_amount": 9.5, '
        '"loaded_at": "2025-06-01"}\n',
    )
    duckdb.execute(
        "copy (select 4 as customer_id, 1 as is_internal, date '2025-06-01' as loaded_at) to '"
        + str(tmp_path / "customers.parquet")
        + "'"
    )
    assert [read(tmp_path)[0][0][name] for name in ("subscription_id", "customer_id", "unit_amount")] == [
        "17",
        "4",
        "9.5",
    ]
    assert [read(tmp_path, "customers")[0][0][name] for name in ("customer_id", "is_internal")] == ["4", "True"]


UNDATED = LOG.replace(";Loaded At", "") + "s;2025-01-01;c;active;10;USD;month\n"


def touch(path, day):
    time = ledgers.at(day).timestamp()
    os.utime(path, (time, time))


def test_the_day_of_an_export_is_asked_for_once_and_kept(tmp_path):
    company = Company(tmp_path, "")
    write(company.settings.raw / "subscription_changes.csv", UNDATED)
    refused = company.cli("load")
    assert refused.returncode == 2 and "Name the day of the export once: --as-of" in refused.stderr
    assert company.cli("load", "--as-of", "2025-03-15").returncode == 0
    assert company.settings.as_of == "2025-03-15"
    assert company.cli("load", "--as-of", "2025-04-15").returncode == 0
    assert company.settings.as_of == "2025-04-15"
    # With a loaded_at of its own the kept day would hold the company back.
    write(company.settings.raw / "subscription_changes.csv", LOG + "s;2025-01-01;c;active;10;USD;month;2025-06-01\n")
    forgotten = company.cli("load")
    assert (
        forgotten.returncode == 2
        and "the as-of day that was kept (2025-04-15) is forgotten. Run again." in forgotten.stderr
    )
    assert company.cli("load").returncode == 0 and company.settings.as_of == ""


def test_copying_a_file_moves_no_number(tmp_path):
    first, second = tmp_path / "subscription_changes" / "a.csv", tmp_path / "subscription_changes" / "b.csv"
    write(first, UNDATED)
    write(second, UNDATED.replace(";10;", ";12;"))
    touch(first, "2025-03-01")
    touch(second, "2025-12-01")
    before = read(tmp_path)[0]
    # A file that came after the as-of day counts as of its end.
    assert [(row["unit_amount"], row["loaded_at"]) for row in before] == [
        ("10.0", "2025-03-01 00:00:00"),
        ("12.0", "2025-06-30 23:59:59"),
    ]
    shutil.copy(first, tmp_path / "copy.csv")
    (tmp_path / "copy.csv").rename(first)
    touch(first, "2025-05-05")
    assert read(tmp_path)[0] == before
    write(first, UNDATED.replace(";10;", ";11;"))
    touch(first, "2025-05-05")
    assert read(tmp_path)[0][0]["loaded_at"] == "2025-05-05 00:00:00"
    # What is said of a file counts for more than its time.
    write(tmp_path / "loaded_at.json", json.dumps({"subscription_changes/a.csv": "2025-02-02T12:00:00+02:00"}))
    assert read(tmp_path)[0][0]["loaded_at"] == "2025-02-02 10:00:00"


def test_every_input_may_come_as_text(tmp_path):
    for contract in inputs().values():
        write(tmp_path / f"{contract.name}.csv", ",".join(contract.columns) + "\n")
    received = check_inputs(Settings.of(raw=tmp_path, warehouse=tmp_path / "home" / "warehouse.duckdb"))
    with duckdb.connect() as connection:
        create_views(connection, received)
        for name, contract in inputs().items():
            relation = connection.sql(f"from raw.{name}")
            assert relation.columns == list(contract.columns) and relation.fetchall() == []
