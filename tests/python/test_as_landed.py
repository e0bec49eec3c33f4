"""The demonstration company in a vendor's tables gives the marts that the contract's inputs give, but for what the tables cannot know.

What they cannot know is a list of its own (docs/connect.md), and counted: whatever else differs is a fault of the connector.
"""

import subprocess
import sys
from types import SimpleNamespace

import duckdb
import pytest
from conftest import Company

from customer_value.cli import main

# Pauses of the core item that stand over the end of a month, with the item's next row.
PAUSED = """
    select * from (
        select *, lead(changed_at, 1, timestamp '9999-12-31') over (partition by subscription_id, item_id order by changed_at) as ended_at
        from log
    )
    where item_id = 'core' and status = 'paused' and date_trunc('month', changed_at) < date_trunc('month', ended_at)
"""
# What a landing cannot know: a query of the contract's log for the customers whose MRR it changes.
COUPON = """
    -- Six months of a coupon meet one bill of a year: given once, it moves no MRR.
    select customer_id from log where discount_kind = 'recurring' and discount_ends_at is not null and billing_interval = 'year'
"""
CONTINUED = """
    -- The log leaves an add-on in the subscription that another one continues. Stripe knows nothing of continuing: it is billed on.
    select a.customer_id from log a join log u on u.migrated_from_subscription_id = a.subscription_id where a.item_id <> 'core'
"""
BESIDE_PAUSED = f"""
    -- The log pauses the core item alone, Stripe the whole subscription.
    select a.customer_id from log a join ({PAUSED}) p using (subscription_id)
    where a.item_id <> 'core' and a.status = 'active' and a.changed_at < p.ended_at
"""
PAUSE_THAT_IS_OVER = f"""
    -- The newest state says nothing of it.
    select customer_id from ({PAUSED}) where ended_at <= (select max(loaded_at) from log)
"""
UNBILLED_DISCOUNT = """
    -- Stripe no longer names a discount that is over, and no bill of the subscription shows it.
    select customer_id from log where migrated_from_subscription_id is not null and discount_kind = 'recurring' and discount_rate > 0
        and discount_ends_at < (select max(loaded_at) from log)
        and subscription_id not in (select subscription_id from given.staging.stg_invoice_lines where discount_amount > 0)
"""
COUPON_OF_ALL = """
    -- The log has a discount on the core item alone; Recurly's coupons take it off add-ons, too.
    select a.customer_id from log a join log c using (subscription_id)
    where a.item_id <> 'core' and a.status = 'active' and c.discount_rate > 0 and c.discount_kind = 'recurring'
        and a.changed_at < coalesce(c.discount_ends_at, timestamp '9999-12-31')
"""
# Bills of an item after its end have no item.
OF_NO_ITEM = ("kind", "recurring", "one_off", 3)
# Landing -> what it does not know, with the number of customers; rows of the log with another status, where items have ids;
# columns of invoice lines that differ: what it was, what became of it and how often.
LANDINGS = {
    "stripe_fivetran": SimpleNamespace(
        unknown={COUPON: 12, CONTINUED: 2, BESIDE_PAUSED: 1},
        statuses={("active", "past_due"): 14, ("active", "paused"): 3},
        # A coupon of an item is shared with the use that stands on its invoice: lines have no discounts of their own.
        lines=[("has_amount", "recurring", "recurring", 6), ("has_amount", "usage", "usage", 6), OF_NO_ITEM],
    ),
    "stripe_airbyte": SimpleNamespace(
        unknown={COUPON: 12, CONTINUED: 2, PAUSE_THAT_IS_OVER: 6, UNBILLED_DISCOUNT: 1},
        statuses={("active", "past_due"): 1},
        lines=[OF_NO_ITEM],
    ),
    # What a subscription is continued by does not matter: an add-on ends with its plan. Catalogue 1.0 has no metered items.
    "chargebee_airbyte": SimpleNamespace(
        unknown={COUPON: 12, BESIDE_PAUSED: 1},
        statuses=None,
        lines=[
            # A period that ends with second 59 ends with the next one: so Chargebee writes it.
            ("has_period", "credit", "credit", 1),
            ("has_period", "recurring", "recurring", 50),
            ("has_period", "usage", "one_off", 3),
            # A credit note is settled; a bill that nobody pays is open.
            ("has_status", "credit", "credit", 31),
            ("has_status", "one_off", "one_off", 1),
            ("has_status", "recurring", "recurring", 15),
            ("kind", "proration", "one_off", 60),
            OF_NO_ITEM,
            ("kind", "usage", "one_off", 81),
        ],
    ),
    "recurly_fivetran": SimpleNamespace(
        unknown={COUPON: 12, BESIDE_PAUSED: 1, COUPON_OF_ALL: 9},
        statuses=None,
        lines=[OF_NO_ITEM],
    ),
}


@pytest.fixture(
    scope="module",
    params=[
        "stripe_fivetran",
        *(
            pytest.param(name, marks=pytest.mark.nightly)
            for name in ("stripe_airbyte", "chargebee_airbyte", "recurly_fivetran")
        ),
    ],
)
def compared(request, demo, tmp_path_factory):
    """A connection to the demonstration company (catalogue `given`, its log as `log`) and to what came of a vendor's tables (`landed`).

    With the landing's name, and the customers of whom something is not known as the table `unknown`.
    """
    landing = request.param
    company = Company(tmp_path_factory.mktemp(landing), "")
    raw = company.settings.raw
    generated = subprocess.run(
        [sys.executable, "-m", "customer_value.cli", "generate", "--raw", str(raw), "--as", landing]
        + "--customers 300 --months 20 --seed 7 --events-per-customer-month 0".split(),
        capture_output=True,
        text=True,
    )
    assert generated.returncode == 0, generated.stderr
    given = "--vars", f"connectors: {{billing: {landing}}}"
    seeded = company.dbt("seed", "--select", "plan_map", *given)
    assert seeded.returncode == 0, seeded.stdout[-4000:]
    prices = [path for path in (raw / landing.split("_")[0]).iterdir() if path.stem in ("price", "prices")]
    with duckdb.connect(str(company.settings.warehouse)) as connection:
        # What no billing system says of a plan, and the company does.
        ((schema,),) = connection.sql(
            "select schema_name from duckdb_tables() where table_name = 'plan_map'"
        ).fetchall()
        for path in prices:
            connection.execute(
                f"insert into {schema}.plan_map select 'stripe', id, product_type, tier_rank, included_seats from '{path}' "
                "join (select distinct plan_name, product_type, tier_rank, included_seats "
                f"from '{demo.settings.raw}/plans.parquet' where product_type is not null) on nickname = plan_name"
            )
    built = company.dbt(
        "build", "--exclude-resource-type", "test", "unit_test", "--exclude", "plan_map",
        "--select", "+customer_months", "+mrr_movements", "+stg_invoice_lines", *given,
    )  # fmt: skip
    assert built.returncode == 0, built.stdout[-4000:]
    with duckdb.connect() as connection:
        for name, settings in (("given", demo.settings), ("landed", company.settings)):
            connection.execute(f"attach '{settings.warehouse}' as {name} (read_only)")
        connection.execute("create view log as from given.staging.stg_subscription_changes where item_id <> 'coaching'")
        queries = " union ".join(f"select customer_id from ({query})" for query in LANDINGS[landing].unknown)
        connection.execute(f"create table unknown as {queries}")
        yield landing, connection


def test_what_cannot_be_known_is_counted(compared):
    landing, connection = compared
    for query, count in LANDINGS[landing].unknown.items():
        assert connection.sql(f"select count(distinct customer_id) from ({query})").fetchall() == [(count,)], query


def test_every_customer_has_its_mrr_at_every_month_end(compared):
    """Customers whose MRR differs in any month are those of the list, and no others."""
    _, connection = compared
    months = "select customer_id, activity_month, round(mrr_amount, 2) as mrr_amount from {}.marts.customer_months"
    given, landed = (months.format(name) for name in ("given", "landed"))
    ((count, landed_count),) = connection.sql(
        f"select (select count(*) from ({given})), (select count(*) from ({landed}))"
    ).fetchall()
    assert count == landed_count > 2000
    differing = connection.sql(
        f"select distinct customer_id from (({given} except {landed}) union all ({landed} except {given}))"
    ).fetchall()
    assert sorted(differing) == sorted(connection.sql("from unknown").fetchall())


def test_every_movement_has_its_cause(compared):
    """Of all other customers, with what moved it: seats, plan, add-on, discount."""
    _, connection = compared
    movements = (
        "select customer_id, activity_month, movement_type, movement_cause, round(movement_amount, 2) "
        "from {}.marts.mrr_movements where customer_id not in (from unknown)"
    )
    given, landed = (movements.format(name) for name in ("given", "landed"))
    assert connection.sql(f"({given} except all {landed}) union all ({landed} except all {given})").fetchall() == []


def test_every_row_of_the_log_is_known_when_it_was(compared):
    """Each item, ten minutes after each row of either log: what it was. Stripe's status is that of the whole subscription."""
    landing, connection = compared
    if LANDINGS[landing].statuses is None:
        pytest.skip("The vendor's items have no ids.")
    columns = "plan_id, status, quantity, unit_amount, currency, billing_interval, interval_count"
    rows = connection.sql(
        f"""
        with items as (
            select subscription_id || '_' || item_id as item, changed_at, {columns} from log
        ),
        landed_items as (
            select substr(item_id, 4) as item, changed_at, {columns} from landed.connectors.stripe_subscription_changes
        ),
        instants as (
            select item, changed_at + interval 10 minute as seen_at from items
            union select item, changed_at + interval 10 minute from landed_items
        )
        select
            i.item, i.seen_at, replace(coalesce(a.status, 'canceled'), 'expired', 'canceled') as status,
            coalesce(b.status, 'canceled') as landed_status,
            (a.quantity, a.currency, a.billing_interval, a.interval_count) = (b.quantity, b.currency, b.billing_interval, b.interval_count)
            and abs(a.unit_amount - b.unit_amount) < 0.001 and b.plan_id like 'price_' || a.plan_id || '_%' as has_terms
        from instants i
        asof left join items a on i.item = a.item and i.seen_at >= a.changed_at
        asof left join landed_items b on i.item = b.item and i.seen_at >= b.changed_at
        """
    ).fetchall()
    assert len(rows) > 1000
    assert [row for row in rows if not row[4] and row[2:4] != ("canceled", "canceled")] == []
    # What is over and stands in no version is not known: the newest state has only what is.
    is_newest_state = landing == "stripe_airbyte"
    statuses = {}
    for item, _, status, landed_status, _ in rows:
        if status != landed_status and not (is_newest_state and status in ("past_due", "paused")):
            assert not item.endswith("_core")
            statuses[status, landed_status] = statuses.get((status, landed_status), 0) + 1
    assert statuses == LANDINGS[landing].statuses


def test_every_line_of_an_invoice_is_there(compared):
    """With its discount and its tax. New are the prorations of changes, which the contract's invoices do not have."""
    landing, connection = compared
    connection.execute(
        """
        create table lines as
        select
            a.invoice_line_id as given_id, b.invoice_line_id as landed_id, a.kind, b.kind as landed_kind,
            (a.amount, a.discount_amount) = (b.amount, b.discount_amount) as has_amount,
            (a.status, a.paid_at) is not distinct from (b.status, b.paid_at) as has_status,
            (a.period_start_at, a.period_end_at) = (b.period_start_at, b.period_end_at) as has_period,
            (a.customer_id, a.issued_at, a.quantity, a.tax_amount, a.currency)
            = (b.customer_id, b.issued_at, b.quantity, b.tax_amount, b.currency) as is_equal
        from given.staging.stg_invoice_lines a
        full join landed.staging.stg_invoice_lines b on 'il_' || a.invoice_line_id = split_part(b.invoice_line_id, '|', -1)
        """
    )
    assert connection.sql("from lines where given_id is not null and not coalesce(is_equal, false)").fetchall() == []
    assert connection.sql("from lines where given_id is null and landed_id not like '%|il_p_%'").fetchall() == []
    differing = "select '{0}', kind, landed_kind, count(*) from lines where given_id is not null and {1} group by kind, landed_kind"
    queries = [differing.format("kind", "kind <> landed_kind")]
    queries += [differing.format(column, f"not {column}") for column in ("has_amount", "has_status", "has_period")]
    assert sorted(connection.sql(" union all ".join(queries)).fetchall()) == sorted(LANDINGS[landing].lines)


def test_a_landing_that_there_is_not_is_refused(tmp_path, capsys):
    """Before anything of the folder is removed."""
    (tmp_path / "truth").mkdir()
    assert main(["generate", "--raw", str(tmp_path), "--as", "stripe_nobody"]) == 2
    assert "expected one of stripe_fivetran, stripe_airbyte" in capsys.readouterr().err
    assert (tmp_path / "truth").exists()
