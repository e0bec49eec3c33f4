"""export: the published marts as files of other programs: an Excel workbook, or a question of analyses/ as CSV.

Read is the publication, as readers see it. A file is written beside its place and put there in one step.
"""

import csv
import datetime
import decimal
import math
import os
import re
from pathlib import Path

import duckdb

from customer_value.errors import BuildError
from customer_value.load import literal, quoted
from customer_value.publish import FILE_NAME
from customer_value.settings import PROJECT

# What Excel can hold: rows of a sheet, the header among them, characters of a cell and of a sheet's name, its first day.
MAX_ROWS = 1_048_576
MAX_TEXT = 32_767
MAX_NAME = 31
FIRST_DAY = datetime.date(1900, 3, 1)
MARTS = "select table_name, comment from duckdb_tables() where database_name = 'published' and schema_name = 'marts' order by 1"
COLUMNS = (
    "select table_name, column_name, data_type, comment from duckdb_columns() "
    "where database_name = 'published' and schema_name = 'marts' order by table_name, column_index"
)
ANALYSES = PROJECT / "analyses"


def opened(settings, connection):
    """Attach the publication. Raises BuildError where there is none."""
    published = settings.published / FILE_NAME
    if not published.exists():
        raise BuildError(f"{published}: nothing is published. Run the whole pipeline first: customer-value run.")
    connection.execute(f"attach {literal(published)} as published (read_only)")
    connection.execute("use published")


def put(path, write):
    """Let `write` make a file beside the place, and put it there in one step."""
    path = Path(path)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(unfinished)
        unfinished.replace(path)
    except OSError as error:
        raise BuildError(f"{path}: cannot be written ({error.strerror or error}).") from error
    finally:
        unfinished.unlink(missing_ok=True)
    print(f"Written: {path}")


def format_of(column):
    """How a number of a column is shown."""
    if column.endswith("_amount"):
        return "#,##0.00"
    if re.search(r"_(rate|probability)(_|$)", column):
        return "0.0%"
    return None


class Workbook:
    """A workbook that is written row by row."""

    def __init__(self, path):
        try:
            import xlsxwriter
        except ImportError as error:
            raise BuildError(
                "--excel needs the package XlsxWriter: pip install xlsxwriter, or customer-value[excel]."
            ) from error
        # Rows go to disk as they are written. Nothing is taken for a formula, a number or an address: a text stays one.
        self.book = xlsxwriter.Workbook(
            str(path),
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_numbers": False,
                "strings_to_urls": False,
            },
        )
        self.formats = {}
        self.names = set()

    def style(self, text=None, **more):
        """A format of the workbook, made once."""
        key = (text, *more.items())
        if key not in self.formats:
            self.formats[key] = self.book.add_format({**({"num_format": text} if text else {}), **more})
        return self.formats[key]

    def sheet(self, name, columns):
        """A sheet with its header; its name is cut to what Excel allows, and stays the only one of that name."""
        short, number = name[:MAX_NAME], 1
        while short.lower() in self.names:
            number += 1
            short = f"{name[: MAX_NAME - 3]}_{number}"
        self.names.add(short.lower())
        sheet = self.book.add_worksheet(short)
        sheet.freeze_panes(1, 0)
        for number, column in enumerate(columns):
            sheet.set_column(number, number, min(max(len(column) + 2, 12), 40))
            sheet.write_string(0, number, column, self.style(bold=True))
        return sheet

    def write(self, sheet, row, number, value, column):
        """Write a value as what it is: text, number, day or truth. Nothing is written for what is not known."""
        if value is None or (isinstance(value, float) and not math.isfinite(value)):
            return
        if isinstance(value, bool):
            sheet.write_boolean(row, number, value)
        elif isinstance(value, datetime.datetime) and value.date() >= FIRST_DAY:
            sheet.write_datetime(row, number, value.replace(tzinfo=None), self.style("yyyy-mm-dd hh:mm:ss"))
        elif isinstance(value, datetime.date) and not isinstance(value, datetime.datetime) and value >= FIRST_DAY:
            sheet.write_datetime(row, number, value, self.style("yyyy-mm-dd"))
        elif isinstance(value, int | float | decimal.Decimal):
            shown = format_of(column)
            sheet.write_number(row, number, value, self.style(shown) if shown else None)
        else:
            sheet.write_string(row, number, str(value)[:MAX_TEXT])


def write_excel(connection, path, chosen=()):
    """Write the marts as a workbook: a sheet for each, and before them what is in it. Returns what was cut, a line each."""
    marts = connection.execute(MARTS).fetchall()
    unknown = sorted(set(chosen) - {mart for mart, _ in marts})
    if unknown:
        raise BuildError(f"--mart: found {', '.join(unknown)}, expected marts of the publication.")
    marts = [(mart, comment) for mart, comment in marts if not chosen or mart in chosen]
    found = connection.execute("select mart_name, row_count, status, as_of_date from published.main.publication_marts")
    held = {mart: of for mart, *of in found.fetchall()}
    book = Workbook(path)
    cut = []
    contents = ["mart_name", "description", "row_count", "written_row_count", "status", "as_of_date"]
    sheet = book.sheet("contents", contents)
    for row, (mart, comment) in enumerate(marts, start=1):
        count, status, as_of_date = held[mart]
        written = min(count, MAX_ROWS - 1)
        if written < count:
            cut.append(f"{mart}: {written:,} of {count:,} rows: a sheet of Excel holds no more")
        values = [mart, comment, count, written, status, as_of_date]
        for number, (column, value) in enumerate(zip(contents, values, strict=True)):
            book.write(sheet, row, number, value, column)
    described = ["mart_name", "column_name", "data_type", "description"]
    sheet = book.sheet("columns", described)
    names = {mart for mart, _ in marts}
    rows = [each for each in connection.execute(COLUMNS).fetchall() if each[0] in names]
    for row, values in enumerate(rows, start=1):
        for number, (column, value) in enumerate(zip(described, values, strict=True)):
            book.write(sheet, row, number, value, column)
    for mart, _ in marts:
        columns = [column for of, column, _, _ in rows if of == mart]
        sheet = book.sheet(mart, columns)
        found = connection.execute(f"select * from published.marts.{quoted(mart)} limit {MAX_ROWS - 1:d}")
        row = 0
        while batch := found.fetchmany(10_000):
            for values in batch:
                row += 1
                for number, (column, value) in enumerate(zip(columns, values, strict=True)):
                    book.write(sheet, row, number, value, column)
        if row:
            sheet.autofilter(0, 0, row, len(columns) - 1)
    book.book.close()
    return cut


def analysis_sql(name):
    """The SQL of a question in analyses/ on the publication. Raises BuildError where there is no such question."""
    path = ANALYSES / f"{name}.sql"
    if path.name != f"{name}.sql" or not path.exists():
        known = ", ".join(sorted(each.stem for each in ANALYSES.glob("*.sql")))
        raise BuildError(f"--csv: found {name}, expected a question of analyses/: {known}.")
    return re.sub(r"\{\{\s*ref\('(\w+)'\)\s*\}\}", r"published.marts.\1", path.read_text())


def write_csv(connection, path, sql):
    """Write the rows of a query as CSV, as they are: a program that imports them takes no text for a formula."""
    found = connection.execute(sql)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([column for column, *_ in found.description])
        while rows := found.fetchmany(10_000):
            writer.writerows(rows)


def export(settings, excel, marts, analyses):
    """Write what is asked for. Raises BuildError where nothing is published, or a file cannot be written."""
    with duckdb.connect() as connection:
        opened(settings, connection)
        if excel:
            cut = []
            put(excel, lambda path: cut.extend(write_excel(connection, path, marts)))
            for line in cut:
                print(f"warning: {line}")
        for name, file in analyses:
            sql = analysis_sql(name)
            try:
                put(file, lambda path, sql=sql: write_csv(connection, path, sql))
            except duckdb.Error as error:
                raise BuildError(f"analyses/{name}.sql: {str(error).splitlines()[0]}") from error
