"""The demonstration company in a vendor's tables gives the marts that the contract's inputs give, but for what the tables cannot know.

What they cannot know is a list of its own (docs/connect.md), and counted: whatever else differs is a fault of the connector.
"""

import subprocess
import sys
from contextlib import contextmanager
from types import SimpleNamespace

import duckdb
import pytest
import yaml
from conftest import Company
from differences import differing, mart_differences

from customer_value.as_landed import LANDINGS as KNOWN
from customer_value.cli import main
from customer_value.contract import inputs
from customer_value.load import check_inputs

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
CENT = """
    -- What is left and the discount are rounded each: their sum is a cent off the price. Paddle's prices are what was billed last.
    select l.customer_id
    from given.staging.stg_invoice_lines l
    asof join log g on l.subscription_id = g.subscription_id and l.item_id = g.item_id and l.issued_at >= g.changed_at
    where l.kind = 'recurring' and abs(l.amount + l.discount_amount - l.quantity * g.unit_amount) > 0.005
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
    "paddle_api": SimpleNamespace(
        unknown={COUPON: 12, CONTINUED: 2, BESIDE_PAUSED: 1, CENT: 2},
        # Its plan was changed and an add-on came in one month: Paddle does not say which of them took the plan's place.
        causes=[("c277",)],
        statuses=None,
        lines=[
            # An adjustment is an amount alone; a bill that was given up is one that nobody has paid.
            ("has_period", "credit", "credit", 31),
            ("has_quantity", "credit", "credit", 31),
            ("has_status", "one_off", "one_off", 1),
            ("has_status", "recurring", "recurring", 15),
            ("kind", "usage", "one_off", 81),
            OF_NO_ITEM,
        ],
    ),
    "recurly_fivetran": SimpleNamespace(
        unknown={COUPON: 12, BESIDE_PAUSED: 1, COUPON_OF_ALL: 9},
        statuses=None,
        lines=[OF_NO_ITEM],
    ),
}


# The same objects in other tables.
LANDINGS["stripe_dlt"] = LANDINGS["stripe_airbyte"]
# Inputs of the contract that no billing system writes, and the systems beside it do.
BESIDE_INPUTS = ("customers", "leads", "marketing_spend", "nps_responses", "support_tickets")
# What stands beside each of them, so that a whole company is read from vendors' tables.
BESIDE = {
    "stripe_fivetran": "segment zendesk hubspot delighted google_ads",
    "stripe_airbyte": "posthog intercom salesforce typeform google_ads facebook_ads",
    "stripe_dlt": "",
    "chargebee_airbyte": "amplitude",
    "paddle_api": "",
    "recurly_fivetran": "",
}
# What the connectors of a landing make of an input and the contract's inputs say otherwise: columns with the number of rows, `rows` that
# are missing on one side. Survey tools do not export surveys without a response; CRMs do not know of offers.
OFFERS = {"lead_magnet": 900, "opted_in_at": 584, "trip_wire_at": 99, "trip_wire_amount": 99, "exit_offer_at": 126}
UNANSWERED = {"rows": 385, "sent_at": 330}
INPUTS = {
    "segment": {},
    "posthog": {},
    "amplitude": {},
    "zendesk": {},
    "intercom": {"support_tickets": {"priority": 469}},
    "hubspot": {"leads": OFFERS},
    "salesforce": {"leads": OFFERS},
    "delighted": {"nps_responses": UNANSWERED},
    "typeform": {"nps_responses": UNANSWERED | {"comment": 39}},
    # Beside each other their names stand behind their campaigns': on each side as many rows as on the other.
    "google_ads": {},
    "facebook_ads": {"marketing_spend": {"rows": 2 * 4744}},
}


def generated(home, names, *arguments):
    """The demonstration company in landings, with the arguments of the fixture demo."""
    company = Company(home, "")
    size = "--customers 300 --months 20 --seed 7 --events-per-customer-month 10".split()
    command = [sys.executable, "-m", "customer_value.cli", "generate", "--raw", str(company.settings.raw), *size]
    finished = subprocess.run([*command, "--as", *names], capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
    return company


def built(company, *selected):
    """Build models and what they need, without tests, by the vars that were written with the company."""
    finished = company.dbt(
        "build", "--exclude-resource-type", "test", "unit_test", *selected, *company.settings.dbt_vars
    )
    assert finished.returncode == 0, finished.stdout[-4000:]
    return company


@contextmanager
def beside_each_other(demo, company):
    """A connection to the warehouses of the demonstration company (catalogue `given`) and of one in landings (`landed`)."""
    with duckdb.connect() as connection:
        for name, settings in (("given", demo.settings), ("landed", company.settings)):
            connection.execute(f"attach '{settings.warehouse}' as {name} (read_only)")
        yield connection


def nightly(*names):
    return (pytest.param(name, marks=pytest.mark.nightly) for name in names)


@pytest.fixture(
    scope="module",
    params=[
        *nightly(
            "stripe_fivetran", "stripe_airbyte", "stripe_dlt", "chargebee_airbyte", "paddle_api", "recurly_fivetran"
        ),
    ],
)
def compared(request, demo, tmp_path_factory):
    """A connection to the demonstration company (catalogue `given`, its log as `log`) and to what came of vendors' tables (`landed`).

    With the landing's name, and the customers of whom something is not known as the table `unknown`.
    """
    landing = request.param
    company = generated(tmp_path_factory.mktemp(landing), [landing, *BESIDE[landing].split()])
    models = "customer_months mrr_movements stg_invoice_lines int_usage_days".split()
    models += [f"stg_{name}" for name in BESIDE_INPUTS]
    built(company, "--select", *(f"+{name}" for name in models))
    with beside_each_other(demo, company) as connection:
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
    """Of all other customers, with what moved it: seats, plan, add-on, discount. Paddle does not say what is an add-on."""
    landing, connection = compared
    cause = "replace(movement_cause, 'add_on', 'plan')" if landing == "paddle_api" else "movement_cause"
    movements = (
        f"select customer_id, activity_month, movement_type, {cause}, round(sum(movement_amount), 2) "
        "from {}.marts.mrr_movements where customer_id not in (from unknown) group by all"
    )
    given, landed = (movements.format(name) for name in ("given", "landed"))
    differing_customers = connection.sql(
        f"select distinct customer_id from (({given} except all {landed}) union all ({landed} except all {given}))"
    ).fetchall()
    assert differing_customers == getattr(LANDINGS[landing], "causes", [])


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
    is_newest_state = landing in ("stripe_airbyte", "stripe_dlt")
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
            a.quantity is not distinct from b.quantity as has_quantity,
            (a.customer_id, a.issued_at, a.tax_amount, a.currency) = (b.customer_id, b.issued_at, b.tax_amount, b.currency) as is_equal
        from given.staging.stg_invoice_lines a
        full join landed.staging.stg_invoice_lines b on 'il_' || a.invoice_line_id = split_part(b.invoice_line_id, '|', -1)
        """
    )
    assert connection.sql("from lines where given_id is not null and not coalesce(is_equal, false)").fetchall() == []
    assert connection.sql("from lines where given_id is null and landed_id not like '%|il_p_%'").fetchall() == []
    differing = "select '{0}', kind, landed_kind, count(*) from lines where given_id is not null and {1} group by kind, landed_kind"
    queries = [differing.format("kind", "kind <> landed_kind")]
    queries += [
        differing.format(column, f"not {column}")
        for column in ("has_amount", "has_status", "has_period", "has_quantity")
    ]
    assert sorted(connection.sql(" union all ".join(queries)).fetchall()) == sorted(LANDINGS[landing].lines)


# The use of a day, whatever rows it came in.
USE = (
    "(select activity_date, customer_id, user_id, feature, first_loaded_date, event_count, usage_quantity "
    "from {}.intermediate.int_usage_days where event_count > 0)"
)
# Where several systems may have tickets, the system's name stands before an id.
TICKET_IDS = "regexp_replace(ticket_id, '^(zendesk|intercom):', '') as ticket_id"


def input_differences(connection, name):
    """What differs of an input between the staging of the catalogues `given` and `landed`, but for addresses."""
    if name == "usage_events":
        key = ["activity_date", "customer_id", "user_id", "feature", "first_loaded_date"]
        return differing(connection, USE.format("given"), USE.format("landed"), key, ["event_count", "usage_quantity"])
    contract = inputs()[name]
    mine = f"landed.staging.stg_{name}"
    if name == "support_tickets":
        mine = f"(select * replace ({TICKET_IDS}) from {mine})"
    left_out = {*contract.key, "loaded_at", "unreadable_value", "email"}
    columns = [column for column in contract.column_metas if column not in left_out]
    return differing(connection, f"given.staging.stg_{name}", mine, contract.key, columns)


def test_every_input_beside_billing_is_what_it_was(compared):
    """Row by row and column by column, but for what the systems do not know."""
    landing, connection = compared
    found, expected = {}, {}
    for name in BESIDE[landing].split():
        for given in KNOWN[name].inputs:
            expected.setdefault(given, {}).update(INPUTS[name].get(given, {}))
            found[given] = input_differences(connection, given)
    assert found == expected


@pytest.mark.nightly
def test_plain_tables_give_their_mrr_and_all_that_they_hold(demo, tmp_path):
    """Days and amounts alone: a pause is a gap, and what was continued goes on with its add-on."""
    models = [f"stg_{name}" for name in BESIDE_INPUTS]
    company = built(
        generated(tmp_path, ["plain"]),
        "--select",
        *(f"+{name}" for name in ("customer_months", "int_usage_days", *models)),
    )
    with beside_each_other(demo, company) as connection:
        connection.execute("create view log as from given.staging.stg_subscription_changes where item_id <> 'coaching'")
        months = "select customer_id, activity_month, {} from {}.marts.customer_months where {}"
        given, landed = (
            months.format("round(mrr_amount, 2)", name, f"mrr_amount <> 0 and customer_id not in ({CONTINUED.strip()})")
            for name in ("given", "landed")
        )
        ((count,),) = connection.sql(f"select count(*) from ({given})").fetchall()
        assert count > 2000
        assert connection.sql(f"({given} except all {landed}) union all ({landed} except all {given})").fetchall() == []
        moved = connection.sql(
            "select a.movement_type, b.movement_type, count(*) from given.marts.customer_months a "
            "join landed.marts.customer_months b using (customer_id, activity_month) "
            "where a.movement_type is distinct from b.movement_type group by all order by all"
        ).fetchall()
        assert moved == [("pause", "churn", 6), ("resume", "reactivation", 4)]
        found = {name: input_differences(connection, name) for name in ("usage_events", *BESIDE_INPUTS)}
        spend = "select date_trunc('month', spend_date), channel, round(sum(amount), 2) from {}.staging.stg_marketing_spend group by all"
        assert sorted(connection.sql(spend.format("given")).fetchall()) == sorted(
            connection.sql(spend.format("landed")).fetchall()
        )
    # A table of customers has no accounts that were merged; a sheet of spend has months.
    assert found.pop("customers") == {"rows": 4} and found.pop("marketing_spend")
    assert found == {"usage_events": {}, "leads": {}, "nps_responses": {}, "support_tickets": {}}


# With billing as the contract has it: what differs in whole marts by the landings of everything else, in how many rows. The rest is
# equal, cell by cell. Addresses are billing's. Where a priority is not known, health is another, and all that stands on it (None).
NO_OFFERS = {
    "customers": {"email_hash": 300},
    "customer_lifecycle": {"funnel_stage": 386, "previous_funnel_stage": 365},
    "lifecycle_funnel": {
        "reached_count": 206, "reached_rate": 206, "step_count": 284, "step_rate": 328, "median_step_days": 284,
        "standing_count": 219, "drop_off_count": 216, "reapproach_count": 215,
    },
}  # fmt: skip
NO_QUESTIONS = {
    "nps_monthly": {"rows": 208, "sent_count": 1559, "response_rate": 1559},
    "nps_responses": {"rows": 385, "sent_at": 330},
}
OTHER_HEALTH = (
    "contract_renewals customer_health customer_health_months customer_health_signals customer_segments customers expansion_candidates "
    "health_alerts health_backtest health_monthly model_score_backtest nps_monthly nps_responses playbook_outcomes priority_backtest segment_migrations "
    "segment_summary"
)
MARTS = {
    "segment zendesk hubspot delighted google_ads": NO_OFFERS | NO_QUESTIONS,
    "posthog salesforce typeform google_ads facebook_ads": NO_OFFERS | NO_QUESTIONS,
    "amplitude intercom": dict.fromkeys(OTHER_HEALTH.split()) | {"support_tickets": {"priority": 469}},
}
# They count the rows that were rejected, of which the demonstration has some of each kind, and vendors' tables none.
QUALITY = ("input_amounts", "input_reconciliation")


@pytest.mark.nightly
@pytest.mark.parametrize("names", MARTS)
def test_every_mart_is_what_it_was(names, demo, tmp_path):
    company = built(generated(tmp_path, names.split()))
    with beside_each_other(demo, company) as connection:
        found = mart_differences(connection, "given", "landed", {"support_tickets": TICKET_IDS})
    differ = {mart: columns for mart, columns in found.items() if mart not in QUALITY}
    assert differ == {mart: columns or differ.get(mart) for mart, columns in MARTS[names].items()}


def test_a_landing_that_there_is_not_is_refused(tmp_path, capsys):
    """Before anything of the folder is removed."""
    raw = tmp_path / "raw"
    (raw / "truth").mkdir(parents=True)
    for names, message in (
        (["--as", "stripe_nobody"], "expected one of stripe_fivetran, stripe_airbyte"),
        (["--as", "segment", "posthog"], "--as segment posthog: found 2 landings of usage, expected one of them."),
        (["segment"], "found segment, expected names of landings after --as alone."),
    ):
        assert main(["generate", "--raw", str(raw), *names]) == 2
        assert message in capsys.readouterr().err
    assert (raw / "truth").exists()


def test_the_vars_of_landings_come_and_go_with_them(tmp_path, capsys):
    """Those that the company has written itself stay, and it is said what they need."""
    arguments = ["generate", "--raw", str(tmp_path / "raw"), "--customers", "20", "--months", "3"]
    assert main([*arguments, "--as", "google_ads", "facebook_ads", "typeform", "segment"]) == 0
    variables = yaml.safe_load((tmp_path / "company.yml").read_text())
    assert variables == {
        "connectors": {"spend": ["google_ads", "facebook_ads"], "nps": "typeform", "usage": "segment"},
        "typeform_nps_field_ids": ["h4Xk2"],
        "replacements": {"channel_map": "demonstration_channel_map"},
    }
    assert (
        "google_ads,paid_search_brand,paid_search" in (tmp_path / "seeds" / "demonstration_channel_map.csv").read_text()
    )
    assert not (tmp_path / "raw" / "marketing_spend.parquet").exists()
    # Arrivals say when the events were loaded, so that no day is asked for; a file that a connector stands in for is named.
    (tmp_path / "raw" / "usage_events.csv").write_text("event_id,customer_id,occurred_at,loaded_at\n")
    (found,) = [each for each in check_inputs(Company(tmp_path, "").settings) if each.name == "usage_events"]
    assert found.said == [
        f"{tmp_path}/raw/usage_events.csv: not read, for the var connectors names what stands in for usage_events."
    ]
    assert main(arguments) == 0
    assert not (tmp_path / "company.yml").exists() and not list((tmp_path / "seeds").iterdir())
    (tmp_path / "company.yml").write_text("gross_margin_rate: 0.7\n")
    capsys.readouterr()
    assert main([*arguments, "--as", "segment"]) == 0
    assert (tmp_path / "company.yml").read_text() == "gross_margin_rate: 0.7\n"
    assert "usage: segment" in capsys.readouterr().out
