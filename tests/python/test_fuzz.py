"""Inputs broken in sixty ways: each is refused with a clear line, or built with every row accounted for.

Those that a refusal must answer are all tried each time. Of those that must build, as many as CUSTOMER_VALUE_TEST_FUZZ says
(2 by default): what lacks every optional column, and others with each commit, drawn by CUSTOMER_VALUE_TEST_SEED, by default
the commit, else the day. The head of the report names it. `make fuzz` tries them all.
"""

import os
import random
import shutil

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import SEED, Company

from customer_value.cli import main
from customer_value.contract import inputs


def change(name, sql):
    """Replace an input by a query of it, which reads it as `t`."""

    def apply(raw):
        path = raw / name if (raw / name).is_dir() else raw / f"{name}.parquet"
        files = f"{path}/*.parquet" if path.is_dir() else path
        with duckdb.connect() as connection:
            connection.execute("set TimeZone = 'UTC'")
            connection.execute(f"create table t as from read_parquet('{files}', union_by_name = true)")
            shutil.rmtree(path) if path.is_dir() else path.unlink()
            connection.execute(f"copy ({sql}) to '{raw / name}.parquet' (format parquet)")

    return apply


def every(*steps):
    def apply(raw):
        for step in steps:
            step(raw)

    return apply


def write(name, content):
    def apply(raw):
        shutil.rmtree(raw / name, ignore_errors=True)
        (raw / f"{name}.parquet").write_bytes(content)

    return apply


def truncate(raw):
    path = raw / "invoice_lines.parquet"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty_folder(raw):
    shutil.rmtree(raw / "usage_events")
    (raw / "usage_events").mkdir()


def no_columns(raw):
    pq.write_table(pa.table({}), raw / "plans.parquet")


def directory_for_a_file(raw):
    (raw / "users.parquet").unlink()
    (raw / "users.parquet").mkdir()


def half_of_the_parts_lack_a_column(raw):
    """Parts of a folder need not have the same columns; what a part lacks is empty in its rows."""
    with duckdb.connect() as connection:
        part = raw / "usage_events" / "part_0000.parquet"
        connection.execute(f"create table t as from '{part}'")
        connection.execute(f"copy (select * exclude (quantity) from t) to '{part}' (format parquet)")


def change_each(names, sql):
    return every(*(change(name, sql) for name in names))


INPUTS = list(inputs())
ONE = "c_one"

# Refused: what breaks them, and words that the message must have.
REFUSED = {
    "the log is missing": (lambda raw: (raw / "subscription_changes.parquet").unlink(), ["subscription_changes", "no such file"]),
    "an empty folder": (empty_folder, ["usage_events", "no file of data"]),
    "an empty file": (write("plans", b""), ["plans.parquet", "cannot be read"]),
    "a truncated file": (truncate, ["invoice_lines.parquet", "cannot be read"]),
    "a text file": (write("leads", b"lead_id,created_at\n1,2025-01-01\n"), ["leads.parquet", "cannot be read"]),
    "a file of nothing but magic": (write("users", b"PAR1PAR1"), ["users.parquet", "cannot be read"]),
    "a folder in the place of a file": (directory_for_a_file, ["users.parquet"]),
    "no columns": (no_columns, ["plans.parquet"]),
    "a column is missing": (change("customers", "select * exclude (customer_id) from t"), ["customer_id", "no such column"]),
    "the price is missing": (
        change("subscription_changes", "select * exclude (unit_amount) from t"), ["unit_amount", "no such column"],
    ),
    "the key is missing": (change("plans", "select * exclude (plan_id) from t"), ["plan_id", "no such column"]),
    "loaded_at is missing": (change("users", "select * exclude (loaded_at) from t"), ["loaded_at", "no such column"]),
    "a column by another name": (
        change("subscription_changes", "select * rename (unit_amount as price) from t"), ["unit_amount", "no such column"],
    ),
    "instants as seconds": (
        change("usage_events", "select * replace (epoch(occurred_at) as occurred_at) from t"), ["occurred_at", "DOUBLE"],
    ),
    "a list in the place of a text": (change("leads", "select * replace ([channel] as channel) from t"), ["channel", "VARCHAR[]"]),
    "a structure in the place of a number": (
        change("plans", "select * replace ({'amount': unit_amount} as unit_amount) from t"), ["unit_amount", "STRUCT"],
    ),
    "the same input twice": (
        lambda raw: (shutil.copy(raw / "users.parquet", raw / "u"), (raw / "users").mkdir(), shutil.move(raw / "u", raw / "users" / "u.parquet")),
        ["users", "expected one of them"],
    ),
}  # fmt: skip

# Read all the same: the input, the column, and how it is written; what it is read as.
READ = {
    "numbers as text": (
        "invoice_lines",
        "amount",
        "cast(amount as varchar)",
        "case when not isnan(amount) then amount end",
    ),
    "instants as text": ("customers", "created_at", "strftime(created_at, '%d/%m/%Y')", "cast(created_at as date)"),
    "texts as numbers": ("plans", "plan_id", "hash(plan_id)", "cast(hash(plan_id) as varchar)"),
    "booleans as text": ("subscription_changes", "auto_renew", "cast(auto_renew as varchar)", "auto_renew"),
}

# Stopped by the expectations: an input that is bad throughout.
STOPPED = {
    "no subscriptions": change("subscription_changes", "from t limit 0"),
    "keys all empty": change("customers", "select * replace (cast(null as varchar) as customer_id) from t"),
    "loaded_at all empty": change("invoice_lines", "select * replace (cast(null as timestamp) as loaded_at) from t"),
    "statuses of another list": change(
        "subscription_changes", "select * replace ('state ' || status as status) from t"
    ),
}

HOSTILE = "'Robert''); drop schema marts cascade; --\"; ' || chr(10) || '日本語 🦆 \\ {{ 7 * 7 }} %s ${x}'"

# Built, with every row accounted for.
BUILT = {
    "no usage": change("usage_events", "from t limit 0"),
    "usage is missing": lambda raw: shutil.rmtree(raw / "usage_events"),
    "no customers": change("customers", "from t limit 0"),
    "no plans": change("plans", "from t limit 0"),
    "nothing but required columns": every(
        *(
            change(name, f"select {', '.join(c for c, m in contract.column_metas.items() if m.get('is_required'))} from t")
            for name, contract in inputs().items()
            # Here the plans know the interval and the currency of a price.
            if name not in ("plans", "subscription_changes", "refunds", "usage_events")
        ),
        change(
            "subscription_changes",
            "select subscription_id, changed_at, customer_id, plan_id, status, unit_amount, loaded_at from t",
        ),
    ),
    "statuses in capitals": change("subscription_changes", "select * replace (upper(status) as status) from t"),
    "dates without a time": change(
        "subscription_changes", "select * replace (cast(changed_at as date) as changed_at) from t"
    ),
    "no optional inputs": every(
        lambda raw: shutil.rmtree(raw / "usage_events"),
        *(
            lambda raw, name=name: (raw / f"{name}.parquet").unlink()
            for name, contract in inputs().items()
            if not contract.required and name != "usage_events"
        ),
    ),
    "optional inputs without rows": change_each(
        [name for name, contract in inputs().items() if not contract.required], "from t limit 0"
    ),
    "one customer": every(
        change("customers", "from t where customer_id = 'c1' limit 1"),
        change("subscription_changes", "from t where customer_id = 'c1'"),
    ),
    "every row ten times": change_each([name for name in INPUTS if name != "usage_events"], "select t.* from t, range(10)"),
    "every event ten times": change("usage_events", "select t.* from t, range(10)"),
    "rows in reverse": change_each(INPUTS, "select * from t order by hash(t) desc"),
    "dates in the future": change(
        "subscription_changes", "select * replace (changed_at + interval 400 year as changed_at) from t"
    ),
    "dates of 1900": change("invoice_lines", "select * replace (timestamp '1900-01-01' as issued_at) from t"),
    "events of the future": change("usage_events", "select * replace (occurred_at + interval 9 year as occurred_at) from t"),
    "loads of the future": change("nps_responses", "select * replace (loaded_at + interval 90 year as loaded_at) from t limit 5"),
    "negative money": change("invoice_lines", "select * replace (-abs(amount) as amount, -1 as refunded_amount) from t"),
    "negative prices": change("subscription_changes", "select * replace (-unit_amount as unit_amount) from t"),
    "huge numbers": change("subscription_changes", "select * replace (1e300 as quantity) from t where hash(t) % 3 = 0"),
    "not a number": change("subscription_changes", "select * replace ('nan'::double as unit_amount) from t"),
    "infinite amounts": change("invoice_lines", "select * replace ('-infinity'::double as amount) from t"),
    "tiny numbers": change("subscription_changes", "select * replace (1e-300 as unit_amount) from t"),
    "no prices": change("subscription_changes", "select * replace (cast(null as double) as unit_amount) from t"),
    "everything is free": change("subscription_changes", "select * replace (0 as unit_amount) from t"),
    "half a quantity": change("subscription_changes", "select * replace (0.5 as quantity) from t"),
    "no intervals": change("subscription_changes", "select * replace (0 as interval_count) from t"),
    "discounts above all": change("subscription_changes", "select * replace (7 as discount_rate) from t"),
    "hostile names": change(
        "customers", f"select * replace ({HOSTILE} as customer_name, {HOSTILE} as industry, {HOSTILE} as acquisition_channel) from t"
    ),
    "hostile keys": change("customers", f"select * replace ({HOSTILE} || customer_id as customer_id) from t"),
    "hostile plans": every(
        change("plans", f"select * replace ({HOSTILE} || plan_name as plan_name, {HOSTILE} as product_name) from t"),
        change("usage_events", f"select * replace ({HOSTILE} || feature as feature) from t"),
    ),
    "empty texts": change("customers", "select * replace ('' as country, '' as acquisition_channel, '' as industry) from t"),
    "very long texts": change("customers", "select * replace (repeat('x', 100000) as customer_name) from t limit 50"),
    "keys with blanks": change("customers", "select * replace (' ' || customer_id as customer_id) from t"),
    "a currency that is none": change("subscription_changes", "select * replace ('XYZ' as currency) from t"),
    "currencies in small letters": change("invoice_lines", "select * replace (lower(currency) as currency) from t"),
    "no exchange rates": lambda raw: (raw / "exchange_rates.parquet").unlink(),
    "exchange rates of 0": change("exchange_rates", "select * replace (0 as rate) from t"),
    "orphans": every(
        change("customers", "from t where hash(customer_id) % 2 = 0"), change("plans", "from t where hash(plan_id) % 3 > 0")
    ),
    "users of nobody": change("users", "select * replace ('nobody' as customer_id) from t"),
    "merges in a circle": change(
        "customers",
        "select * replace (case customer_id when 'c1' then 'c2' when 'c2' then 'c3' when 'c3' then 'c1' end "
        "as merged_into_customer_id) from t",
    ),
    "all merged into one": change(
        "customers", "select * replace (case when customer_id <> 'c1' then 'c1' end as merged_into_customer_id) from t"
    ),
    "a chain of merges": change(
        "customers",
        "select * replace (case when regexp_full_match(customer_id, 'c[0-9]+') and customer_id <> 'c0' "
        "then 'c' || (cast(substr(customer_id, 2) as int) - 1) end as merged_into_customer_id) from t",
    ),
    "all at one instant": change(
        "subscription_changes", "select * replace (timestamp '2025-05-05' as changed_at, timestamp '2025-05-06' as loaded_at) from t"
    ),
    "ends without starts": change("subscription_changes", "from t where status = 'canceled'"),
    "answers out of range": change("nps_responses", "select * replace (score * 1.7 - 3 as score) from t"),
    "terms of a century": change("subscription_changes", "select * replace (99999 as term_months, 99999 as notice_days) from t"),
    "terms that begin later": change(
        "subscription_changes", "select * replace (changed_at + interval 5 year as term_started_at, 12 as term_months) from t"
    ),
    "parts with other columns": half_of_the_parts_lack_a_column,
    "further columns": change_each(["customers", "plans"], "select *, 1 as more, [1, 2] as still_more from t"),
    "columns in another order": change("customers", "select loaded_at, email, * exclude (loaded_at, email) from t"),
    "instants with a time zone": change(
        "users", "select * replace (created_at at time zone 'Asia/Tokyo' as created_at) from t"
    ),
}  # fmt: skip

ALWAYS = "nothing but required columns"
DRAWN = sorted(BUILT.keys() - {ALWAYS})
TRIED = [
    ALWAYS,
    *random.Random(SEED).sample(DRAWN, min(len(DRAWN), int(os.environ.get("CUSTOMER_VALUE_TEST_FUZZ", 2)) - 1)),
]


@pytest.fixture
def company(demo, tmp_path):
    """The demonstration company's inputs, to be broken."""
    shutil.copytree(demo.settings.raw, tmp_path / "home" / "raw")
    return Company(tmp_path / "home", "2026-10-18")


def test_there_are_sixty_ways():
    assert len(REFUSED) + len(READ) + len(STOPPED) + len(BUILT) >= 60


@pytest.mark.parametrize("way", REFUSED)
def test_refused(company, way, capsys):
    break_it, words = REFUSED[way]
    break_it(company.settings.raw)
    code = main(["load", "--raw", str(company.settings.raw), "--warehouse", str(company.settings.warehouse)])
    message = capsys.readouterr().err
    assert code == 2 and "Traceback" not in message
    for word in [*words, "expected"]:
        assert word in message, message
    assert not company.settings.warehouse.exists()


@pytest.mark.parametrize("way", READ)
def test_read(company, way):
    name, column, written, expected = READ[way]
    source = f"read_parquet('{company.settings.raw / name}.parquet')"
    wanted = duckdb.execute(f"select {expected} from {source} order by all").fetchall()
    change(name, f"select * replace ({written} as {column}) from t")(company.settings.raw)
    assert main(["load", "--raw", str(company.settings.raw), "--warehouse", str(company.settings.warehouse)]) == 0
    with duckdb.connect(str(company.settings.warehouse), read_only=True) as connection:
        assert connection.execute(f"select {column} from raw.{name} order by all").fetchall() == wanted
        assert connection.execute(f"select count(unreadable_value) from raw.{name}").fetchone() == (0,)


@pytest.mark.parametrize("way", STOPPED)
def test_stopped(company, way):
    STOPPED[way](company.settings.raw)
    finished = company.cli("load")
    assert finished.returncode == 1 and "critical" in finished.stdout, finished.stdout + finished.stderr


@pytest.mark.nightly
@pytest.mark.parametrize("way", TRIED)
def test_built(company, way):
    """Nothing is lost: each row is staged, superseded or rejected with a reason."""
    BUILT[way](company.settings.raw)
    # The gate is another test's business: here most of an input may be rejected.
    finished = company.dbt("build", "--exclude-resource-type", "unit_test", CUSTOMER_VALUE_PUBLISH_REJECTED="1")
    assert finished.returncode == 0, finished.stdout[-4000:]
    with duckdb.connect(str(company.settings.warehouse), read_only=True) as connection:
        lost = connection.execute(
            "select input_name from marts.input_reconciliation "
            "where raw_row_count <> staged_row_count + superseded_row_count + rejected_row_count"
        ).fetchall()
        counts = connection.execute("select sum(raw_row_count) from marts.input_reconciliation").fetchone()
        unexplained = connection.execute(
            "select count(*) from marts.rejected_rows where reject_reason is null"
        ).fetchone()
    assert lost == [] and counts[0] > 0 and unexplained == (0,)
