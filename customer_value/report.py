"""report: the dashboard, a folder of pages that need neither a server nor the network, from the published marts only.

A board is a file in reports/: queries (a mart, its columns, which rows, in which order) and the sections that show them.
Python reads the rows and writes the pages; report.js draws them. A board cannot join or aggregate: what it shows
stands in a mart.
"""

import csv
import datetime
import decimal
import functools
import http.server
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
from collections import defaultdict

import duckdb
import jinja2
import mistune
import vl_convert
import yaml

from customer_value import signals
from customer_value.errors import BuildError
from customer_value.load import literal, quoted
from customer_value.publish import FILE_NAME, folder_lock
from customer_value.queries import dictionaries
from customer_value.rejections import banner
from customer_value.settings import PROJECT

BOARDS = PROJECT / "reports"
# Together the script of a page, in this order.
SCRIPTS = ["theme.js", "format.js", "filter.js", "charts.js", "tables.js", "report.js"]
# The pages in the order of the menu; each is a file in reports/. The first is the folder's index.
PAGES = [
    *"overview retention lifetime_value health segments growth customers trust".split(),
    "board",
]
DEFINITIONS = PROJECT / "docs" / "metrics.md"
# Customers that have a page of their own: the first of the priority list. All others stand in the marts.
MAX_CUSTOMERS = 2000
# Customers in one file of the folder customers/: a page opened from disk can load scripts only, and small ones load fast.
SHARD_SIZE = 100
# Where a browser that prints may be: by name on the path, else in the place where an installer puts it.
BROWSERS = [
    *"chromium chromium-browser google-chrome google-chrome-stable chrome msedge microsoft-edge".split(),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
]
PDF_SECONDS = 120
# The first characters by which a spreadsheet takes text for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def board_of(name):
    """A board, as its file says. Raises BuildError where the file is no YAML."""
    path = BOARDS / f"{name}.yml"
    try:
        return yaml.safe_load(path.read_text())
    except yaml.YAMLError as error:
        raise BuildError(f"{path}: is not YAML. {error}") from error


def file_of(name):
    return "index.html" if name == PAGES[0] else f"{name}.html"


@functools.cache
def shared():
    """What every page needs: queries, and what its filter offers."""
    return board_of("shared")


def common_marts():
    """The marts that every page reads: names, what is missing, and what it shares with the others."""
    spec = shared()["filter"]
    named = [
        *shared()["queries"].values(),
        spec["months"],
        spec["dimensions"],
        spec["attributes"],
        *spec["customers"].values(),
    ]
    return {"customers", "input_amounts", "input_reconciliation", *(each["mart"] for each in named if each)}


@functools.cache
def words():
    """Labels of columns and words for codes."""
    return board_of("words")


def sql_of(query, columns, where=None, limit=None):
    """The SQL of a board's query: columns of one mart, rows and order as the board says."""
    conditions = [f"({condition})" for condition in (query.get("where"), where) if condition]
    return (
        f"select {', '.join(map(quoted, columns))} "
        f"from published.{quoted(query.get('schema', 'marts'))}.{quoted(query['mart'])}"
        + (f" where {' and '.join(conditions)}" if conditions else "")
        + (f" order by {query['order']}" if "order" in query else "")
        + (f" limit {limit:d}" if limit is not None else "")
    )


def plain(value):
    """A value as JSON knows it."""
    if isinstance(value, decimal.Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    return value.isoformat() if isinstance(value, datetime.date) else value


def script_json(value):
    """JSON that may stand inside a script element, whatever names customers bear."""
    return json.dumps(value, separators=(",", ":")).replace("<", "\\u003c").replace("\u2028", "\\u2028")


def write_part(folder, file, content):
    """Write a script that hands a part of a page's data to it when it is asked for.

    As text that is parsed: whatever a value is called, it is a key and nothing else.
    """
    path = folder / file
    path.parent.mkdir(exist_ok=True)
    text = script_json(script_json(content))
    path.write_text(f"part({script_json(file)}, JSON.parse({text}));\n", encoding="utf-8")


class Publication:
    """The published marts, open for reading."""

    def __init__(self, connection, folder, max_input_age_days):
        self.connection = connection
        self.folder = folder
        self.max_input_age_days = max_input_age_days
        self.comments = {
            (schema, table, column): comment
            for schema, table, column, comment in connection.execute(
                "select schema_name, table_name, column_name, comment from duckdb_columns() where database_name = 'published'"
            ).fetchall()
        }
        (self.described,) = self.dictionaries("select * from published.main.publication")
        self.as_of = self.described["as_of_date"]
        connection.execute("use published")
        self.held = {
            row["mart_name"]: row for row in self.dictionaries("select * from published.main.publication_marts")
        }
        self.tables = {
            (schema, table)
            for schema, table in connection.execute(
                "select schema_name, table_name from duckdb_tables() where database_name = 'published'"
            ).fetchall()
        }
        # A publication of an earlier version says its currency in customers only.
        self.currency = self.described.get("reporting_currency") or next(
            iter(connection.execute("select max(reporting_currency) from published.marts.customers").fetchone()), None
        )
        self.inputs = dict(
            connection.execute("select input_name, raw_row_count from published.marts.input_reconciliation").fetchall()
        )
        shown = (
            connection.execute(
                "select customer_id, customer_name from published.marts.customers "
                f"order by priority_rank nulls last, customer_id limit {MAX_CUSTOMERS:d}"
            ).fetchall()
            if self.has("customers")
            else []
        )
        self.shards = {customer_id: number // SHARD_SIZE for number, (customer_id, _) in enumerate(shown)}
        self.shown_names = dict(shown)

    def dictionaries(self, sql):
        """Rows with the names of their columns."""
        return dictionaries(self.connection.execute(sql))

    def has(self, mart, schema="marts"):
        """Whether the publication holds a mart: the build may have failed in it, or an earlier version may lack it."""
        return (schema, mart) in self.tables

    def note_of(self, query):
        """What a reader must know of a query's mart: it is absent, or of an earlier day, and why; None where neither."""
        held = self.held.get(query["mart"], {})
        if held.get("status") == "absent":
            return f"Not published: the build failed here, and there is no earlier version. {held['reason']}"
        if held.get("status") == "withheld":
            return f"As of {held['as_of_date']:%d %B %Y}: the newer version was withheld. {held['reason']}"
        if not self.has(query["mart"], query.get("schema", "marts")):
            return "Not in this publication, which an earlier version made."
        return None

    def banners(self):
        """What is missing from the numbers of the publication as a whole, a line each."""
        found = []
        if "input_amounts" in self.held and (text := banner(self.dictionaries)):
            found.append(text)
        withheld = [row for row in self.held.values() if row.get("status", "published") != "published"]
        if withheld:
            days = {row["as_of_date"] for row in withheld if row["as_of_date"]} - {self.as_of}
            since = f" They stand as of {', '.join(f'{day:%d %B %Y}' for day in sorted(days))}." if days else ""
            found.append(
                f"Withheld: {', '.join(sorted(row['mart_name'] for row in withheld))}.{since} Sections that show them say why."
            )
        if self.described.get("exceeds_max_rejected_rate"):
            found.append("More was rejected than the var max_rejected_rate allows, and published all the same.")
        return found

    def rows(self, sql):
        return [[plain(value) for value in row] for row in self.connection.execute(sql).fetchall()]

    def comments_of(self, query):
        """What the marts say of the columns of a query."""
        place = (query.get("schema", "marts"), query["mart"])
        return {column: self.comments.get((*place, column)) or "" for column in query["columns"]}

    def read(self, query, download=None):
        """The rows of a query, no more than its limit. Where there are more, a file gets all of them."""
        note = self.note_of(query)
        if not self.has(query["mart"], query.get("schema", "marts")):
            return {
                "columns": query["columns"],
                "comments": dict.fromkeys(query["columns"], ""),
                "rows": [],
                "total": 0,
                "note": note,
            }
        limit = query.get("limit")
        rows = self.rows(sql_of(query, query["columns"], limit=limit))
        total = len(rows)
        if limit is not None and total == limit:
            (total,) = self.connection.execute(
                f"select count(*) from ({sql_of(query, query['columns'])}) as every"
            ).fetchone()
        found = {"columns": query["columns"], "comments": self.comments_of(query), "rows": rows, "total": total}
        if note:
            found["note"] = note
        if total > len(rows) and download:
            found["file"] = f"{download}_all.csv"
            self.write_csv(self.folder / found["file"], query)
        return found

    def read_parts(self, query, file):
        """A query whose rows stand in a file for each value of a column: the files' names by value, newest value first."""
        found = {"columns": query["columns"], "comments": self.comments_of(query), "rows": [], "total": 0, "parts": []}
        if note := self.note_of(query):
            found["note"] = note
        if not self.has(query["mart"]):
            return found
        column, limit = query["parts"], query.get("limit")
        counts = self.rows(
            f"select {quoted(column)}, count(*) from ({sql_of(query, [column])}) as every group by all order by 1"
        )
        # Of months the newest first. One value at a time: together the rows of a large company are more than fit in memory.
        for number, (value, total) in enumerate(reversed(counts) if column.endswith("_month") else counts):
            name = f"parts/{file}_{number}.js"
            rows = self.rows(sql_of(query, query["columns"], where=f"{quoted(column)} = {literal(value)}", limit=limit))
            customers = self.names_of({"": {"columns": query["columns"], "rows": rows}})
            write_part(self.folder, name, {"rows": rows, "total": total, "customers": customers})
            found["parts"].append([value, name])
            found["total"] += total
        return found

    def filter(self):
        """What the filter over all pages offers: months, and dimensions with their values."""
        spec = shared()["filter"]
        months, dimensions = spec["months"], spec["dimensions"]
        found = {"months": [], "dimensions": []}
        if self.has(months["mart"]):
            found["months"] = [
                month for (month,) in self.rows(sql_of({**months, "order": months["column"]}, [months["column"]]))
            ]
        if self.has(dimensions["mart"]):
            values = defaultdict(list)
            for name, value in self.rows(
                f"select distinct dimension_name, dimension_value from published.marts.{quoted(dimensions['mart'])} order by all"
            ):
                values[name].append(value)
            found["dimensions"] = [{"name": name, "values": each} for name, each in values.items()]
        return found

    def write_filter(self):
        """Write which customers have which value of a dimension, a file for each; what the filter of every page offers."""
        self.filter_files = self.filter()
        for number, dimension in enumerate(self.filter_files["dimensions"]):
            values = self.values_of_customers(dimension["name"])
            dimension["customers"] = f"parts/customers_of_{number}.js" if values else None
            if values:
                write_part(self.folder, dimension["customers"], values)

    def values_of_customers(self, name):
        """By customer, its values of a dimension; None where no mart says."""
        spec = shared()["filter"]
        known = spec["customers"].get(name, spec["attributes"])
        if known is None or not self.has(known["mart"]):
            return None
        query = {"mart": known["mart"], "where": known.get("where"), "order": "customer_id"}
        if since := known.get("since"):
            # The value in force: the newest that is valid by now.
            query |= {"where": f"{known['name']} = {literal(name)}", "order": f"customer_id, {since} nulls first"}
        found = defaultdict(list)
        columns = ["customer_id", known["column"], *([since] if since else [])]
        for customer_id, value, *valid_from in self.rows(sql_of(query, columns)):
            # Without a day it has always been so.
            if valid_from and valid_from[0] is not None and valid_from[0] > plain(self.as_of):
                continue
            if value is not None and value not in found[customer_id]:
                found[customer_id] = [value] if since else [*found[customer_id], value]
        return found or None

    def write_csv(self, path, query):
        """Every row of a query as CSV; text that a spreadsheet would take for a formula is marked as text."""
        found = self.connection.execute(sql_of(query, query["columns"]))
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(query["columns"])
            while rows := found.fetchmany(10_000):
                writer.writerows(
                    [f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value for value in row]
                    for row in rows
                )

    def names_of(self, queries):
        """By customer of some rows: its name and the file that holds its page, if one does."""
        ids = {
            row[query["columns"].index("customer_id")]
            for query in queries.values()
            if "customer_id" in query["columns"]
            for row in query["rows"]
        }
        missing = sorted(ids - self.shown_names.keys()) if self.has("customers") else []
        names = self.shown_names | dict(
            self.connection.execute(
                "select customer_id, customer_name from published.marts.customers where customer_id in (select unnest(?))",
                [missing],
            ).fetchall()
            if missing
            else []
        )
        return {each: [names.get(each) or each, self.shards.get(each)] for each in ids}


@functools.cache
def definitions():
    """docs/metrics.md by heading: title, first words and the section as HTML."""
    parts = re.split(r"^(##+) (.+)$", DEFINITIONS.read_text(), flags=re.MULTILINE)
    found = {}
    for title, text in zip(parts[2::3], parts[3::3], strict=True):
        anchor = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
        hint = re.sub(r"[*`\[\]]|\(http\S+\)", "", text.strip().split("\n\n")[0].replace("\n", " "))
        # What scrolls sideways can be reached with the keyboard.
        html = re.sub(r"<(table|pre)>", r'<\1 tabindex="0">', mistune.html(f"## {title}\n{text}"))
        found[anchor] = {"title": title, "hint": hint[:300], "html": html}
    return found


@functools.cache
def menu():
    """File and title of each page."""
    return [{"file": file_of(name), "title": board_of(name)["title"]} for name in PAGES]


def write_page(publication, name, board, payload=None, content=""):
    """Write one page, in one piece."""
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    safe = jinja2.utils.markupsafe.Markup
    page = environment.from_string((BOARDS / "page.html.j2").read_text()).render(
        title=board["title"],
        question=board["question"],
        file=file_of(name),
        pages=menu(),
        as_of=f"{publication.as_of:%d %B %Y}" if publication.as_of else "an unknown day",
        currency=publication.currency,
        banners=publication.banners(),
        described=publication.described,
        newest=f"{publication.described['newest_loaded_at']:%Y-%m-%d}"
        if publication.described["newest_loaded_at"]
        else "",
        max_age=publication.max_input_age_days,
        has_docs=(publication.folder.parent / "docs" / "index.html").exists(),
        style=safe((BOARDS / "report.css").read_text()),
        content=safe(content),
        payload=safe(script_json(payload)) if payload else None,
        vega=safe(vega_bundle()) if payload else None,
        script=safe("\n".join((BOARDS / each).read_text() for each in SCRIPTS)) if payload else None,
        theme_script=safe((BOARDS / "theme.js").read_text()),
    )
    (publication.folder / file_of(name)).write_text(page, encoding="utf-8")


@functools.cache
def vega_bundle():
    """Vega, Vega-Lite and Vega-Embed as one script, from the package vl-convert-python."""
    return vl_convert.javascript_bundle().replace("</script", "<\\/script")


def payload_of(publication, board, queries, **more):
    """What report.js draws: the rows, the sections and the definitions that they name."""
    text = json.dumps(board["sections"])
    return {
        "currency": publication.currency or "",
        "inputs": publication.inputs,
        "queries": queries,
        "customers": publication.names_of(queries),
        "sections": board["sections"],
        "words": words(),
        "filter": publication.filter_files,
        "definitions": {anchor: each for anchor, each in definitions().items() if f'"definition": "{anchor}"' in text},
        **more,
    }


def write_board(publication, name):
    """Write the page of one board."""
    board = board_of(name)
    downloads = {part["query"]: part.get("download") for section in board["sections"] if (part := section.get("table"))}
    queries = {}
    for key, query in (board["queries"] | shared()["queries"]).items():
        try:
            if "parts" in query:
                queries[key] = publication.read_parts(query, f"{name}_{key}")
            else:
                queries[key] = publication.read(query, downloads.get(key))
            queries[key] |= {flag: query[flag] for flag in ("by_dimension", "follows_dimension") if flag in query}
        except duckdb.Error as error:
            raise BuildError(f"{BOARDS / name}.yml: query {key}: {error}") from error
    payload = payload_of(publication, board, queries)
    payload["filter"] = dict(publication.filter_files, dimensions=write_dimensions(publication, name, board))
    write_page(publication, name, board, payload)


def write_dimensions(publication, name, board):
    """Write, for each dimension of the filter, the rows of a page by its values. The dimensions, with their files."""
    asked = {key: query for key, query in board["queries"].items() if "by_dimension" in query}
    found = []
    for number, dimension in enumerate(publication.filter_files["dimensions"]):
        content = {}
        for key, query in asked.items():
            where = f"dimension_name = {literal(dimension['name'])}"
            by_value = defaultdict(list)
            for value, *row in publication.rows(
                sql_of(query | {"mart": query["by_dimension"]}, ["dimension_value", *query["columns"]], where=where)
            ):
                by_value[value].append(row)
            content[key] = by_value
        file = f"parts/{name}_{number}.js"
        if asked:
            write_part(publication.folder, file, content)
        found.append({**dimension, "rows": file if asked else None})
    return found


def write_customers(publication):
    """Write the page of one customer and, in shards, the rows of those that have one."""
    board = board_of("customer")
    connection = publication.connection
    connection.execute("create or replace temp table shown (customer_id varchar)")
    if publication.shards:
        connection.executemany("insert into shown values (?)", [[each] for each in publication.shards])
    customers = {
        each: {"name": publication.shown_names[each] or each, "rows": defaultdict(list)} for each in publication.shards
    }
    queries = {}
    for key, query in board["customer"].items():
        queries[key] = {"columns": query["columns"], "comments": publication.comments_of(query), "rows": [], "total": 0}
        if note := publication.note_of(query):
            queries[key]["note"] = note
        if not publication.has(query["mart"]):
            continue
        sql = sql_of(query, ["customer_id", *query["columns"]], where="customer_id in (select customer_id from shown)")
        for customer_id, *row in publication.rows(sql):
            customers[customer_id]["rows"][key].append(row)
    for key, query in shared()["queries"].items():
        queries[key] = publication.read(query)
    folder = publication.folder / "customers"
    folder.mkdir()
    shards = defaultdict(dict)
    for each, shard in publication.shards.items():
        shards[shard][each] = customers[each]
    write_part(
        publication.folder,
        "customers/index.js",
        [[each, publication.shown_names[each] or each, shard] for each, shard in publication.shards.items()],
    )
    for shard, content in shards.items():
        (folder / f"{shard}.js").write_text(
            f"customerShard(JSON.parse({script_json(script_json(content))}));\n", encoding="utf-8"
        )
    write_page(publication, "customer", board, payload_of(publication, board, queries, is_customer=True))


def write_definitions(publication):
    """Write docs/metrics.md as a page."""
    board = {"title": "Definitions", "question": "What do the numbers mean?"}
    sections = [
        f'<section class="prose" id="{anchor}">{each["html"]}</section>' for anchor, each in definitions().items()
    ]
    write_page(publication, "definitions", board, content="".join(sections))


def browser():
    """A Chromium, or a browser made of it. Raises BuildError where none is found."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise BuildError(
            "--pdf: found no Chromium or Chrome, which prints the page. Install one (apt-get install chromium; brew install --cask "
            "chromium; or Google Chrome), or open report/board.html in a browser and print it."
        )
    return found


def write_pdf(folder, program):
    """Print the board report of a folder of pages, board.html, as board_report.pdf."""
    pdf = folder / "board_report.pdf"
    with tempfile.TemporaryDirectory() as profile:
        command = [
            program,
            "--headless=new",
            "--disable-gpu",
            "--disable-background-networking",
            "--no-first-run",
            f"--user-data-dir={profile}",
            # As root, and in most containers, Chromium has no sandbox. The page is our own.
            *(["--no-sandbox"] if getattr(os, "geteuid", lambda: 1)() == 0 else []),
            "--virtual-time-budget=20000",
            "--no-pdf-header-footer",
            f"--print-to-pdf={pdf}",
            (folder / "board.html").as_uri(),
        ]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=PDF_SECONDS, check=False)
            said = (done.stderr.strip().splitlines() or ["nothing was said"])[-1]
        except (OSError, subprocess.TimeoutExpired) as error:
            said = str(error).splitlines()[0]
    if not (pdf.exists() and pdf.read_bytes().startswith(b"%PDF")):
        raise BuildError(f"{program}: could not print the board report ({said}). Open report/board.html and print it.")


def report(settings, pdf=False):
    """Write the dashboard into the folder `report` beside the published file, in place of the one before; with the board
    report as a PDF, if asked for.

    Raises BuildError where nothing is published, or the pages cannot be written.
    """
    published = settings.published / FILE_NAME
    if not published.exists():
        raise BuildError(f"{published}: nothing is published. Run the whole pipeline first: customer-value run.")
    program = browser() if pdf else None
    target = settings.published / "report"
    unfinished, replaced = target.with_name("report.tmp"), target.with_name("report.old")
    try:
        with folder_lock(settings.published), duckdb.connect() as connection:
            for leftover in (unfinished, replaced):
                shutil.rmtree(leftover, ignore_errors=True)
            unfinished.mkdir()
            connection.execute(f"attach {literal(published)} as published (read_only)")
            publication = Publication(connection, unfinished, settings.vars["max_input_age_days"])
            publication.write_filter()
            for name in PAGES:
                write_board(publication, name)
            write_customers(publication)
            write_definitions(publication)
            if program:
                write_pdf(unfinished, program)
            if target.exists():
                os.replace(target, replaced)
            os.replace(unfinished, target)
            shutil.rmtree(replaced, ignore_errors=True)
    except BuildError:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    except (OSError, duckdb.Error) as error:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise BuildError(f"{target}: the report cannot be written ({str(error).splitlines()[0]}).") from error
    print(f"The report is in {target / 'index.html'}")
    if program:
        print(f"The board report is in {target / 'board_report.pdf'}")


def serve(settings, port):
    """Serve the report on this machine only, rebuilt whenever something new has been published."""
    published = settings.published / FILE_NAME
    seen, rebuilding = [None], threading.Lock()

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=settings.published / "report")

        def do_GET(self):
            if self.path.split("?")[0].endswith(("/", ".html")):
                with rebuilding:
                    newest = published.stat().st_mtime_ns if published.exists() else None
                    if newest != seen[0]:
                        report(settings)
                        seen[0] = newest
            super().do_GET()

        def log_message(self, *arguments):
            """Requests are not news."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        print(f"The report is at http://127.0.0.1:{server.server_port}/ until you press Ctrl-C.", flush=True)
        try:
            server.serve_forever()
        except (KeyboardInterrupt, signals.Interrupted):
            signals.received.clear()
            print()
