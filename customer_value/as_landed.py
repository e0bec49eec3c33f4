"""The demonstration company in the tables of a vendor, as a loader writes them.

A vendor's objects are made of the company by SQL (`as_<vendor>.sql`, in a schema of the vendor's name); a landing says which tables and
columns a loader keeps of them. What stands in for the contract's inputs is left out of those.
"""

from dataclasses import dataclass

from customer_value.load import literal
from customer_value.settings import PROJECT

# Inputs that a billing system stands in for. Refunds are named by lines of the contract, which Stripe does not have.
BILLING = ("customers", "plans", "subscription_changes", "invoice_lines", "refunds")

# Fivetran writes a version when it sees it, some minutes after the change.
STRIPE_FIVETRAN = {
    "customer": """
        select customer_id as id, email, customer_name as name, created_at as created, country as address_country, false as is_deleted,
            true as livemode, '{}' as metadata, loaded_at as _fivetran_synced
        from customers
    """,
    "subscription_history": """
        select sub as id, version_at + interval 4 minute as _fivetran_start,
            coalesce(next_at + interval 4 minute - interval 1 millisecond, timestamp '9999-12-31 23:59:59') as _fivetran_end,
            next_at is null as _fivetran_active, night(version_at) as _fivetran_synced, customer_id, status, started_at as created,
            started_at as start_date, trial_from as trial_start, trial_to as trial_end, cancel_at,
            is_canceled_at_period_end as cancel_at_period_end, canceled_at, versions.ended_at,
            pause_behavior as pause_collection_behavior, cast(null as timestamp) as pause_collection_resumes_at,
            cast(quantity as bigint) as quantity, cast(null as timestamp) as current_period_start,
            cast(null as timestamp) as current_period_end, '{}' as metadata, true as livemode
        from stripe.versions join stripe.subs using (sub)
    """,
    "subscription_item": """
        select si as id, sub as subscription_id, price_id as plan_id, quantity, created_at as created, '{}' as metadata,
            loaded_at as _fivetran_synced
        from stripe.items
    """,
    "price": """
        select price_id as id, product_id, true as active, currency, unit_amount, cast(unit_amount as varchar) as unit_amount_decimal,
            'per_unit' as billing_scheme, case when billing_interval is null then 'one_time' else 'recurring' end as type,
            billing_interval as recurring_interval, interval_count as recurring_interval_count, usage_type as recurring_usage_type,
            'exclusive' as tax_behavior, nickname, false as is_deleted, true as livemode, night(timestamp '2020-01-01') as _fivetran_synced
        from stripe.prices
    """,
    "product": """
        select product_id as id, name, true as active, false as is_deleted, true as livemode,
            night(timestamp '2020-01-01') as _fivetran_synced
        from stripe.products
    """,
    "coupon": """
        select coupon_id as id, percent_off, cast(null as bigint) as amount_off, cast(null as varchar) as currency, duration,
            duration_months as duration_in_months, true as valid, false as is_deleted, true as livemode,
            night(timestamp '2020-01-01') as _fivetran_synced
        from stripe.coupons
    """,
    "discount": """
        select discount_id as id, 'SUBSCRIPTION_ITEM' as type, si as type_id, coupon_id, customer_id, sub as subscription_id,
            started_at as start, ended_at as "end", night(started_at) as _fivetran_synced
        from stripe.discounts
    """,
    "invoice": """
        select invoice_id as id, customer_id, sub as subscription_id, status, 'subscription_cycle' as billing_reason, currency,
            issued_at as created, issued_at as period_start, issued_at as period_end, subtotal, tax, total, total as amount_due,
            case when status = 'paid' then total else 0 end as amount_paid, issued_at as status_transitions_finalized_at,
            paid_at as status_transitions_paid_at, case when status = 'void' then issued_at end as status_transitions_voided_at,
            case when status = 'uncollectible' then issued_at end as status_transitions_marked_uncollectible_at,
            false as is_deleted, true as livemode, loaded_at as _fivetran_synced
        from stripe.invoices
    """,
    "invoice_line_item": """
        select line_id as id, invoice_id, case when kind = 'recurring' and si is not null then 'subscription' else 'invoiceitem' end as type,
            kind = 'proration' as proration, sub as subscription_id, si as subscription_item_id, price_id, price_id as plan_id, quantity,
            amount, currency, period_start_at as period_start, period_end_at as period_end, cast(null as varchar) as unit_amount_excluding_tax,
            kind <> 'proration' as discountable, true as livemode, '{}' as metadata, loaded_at as _fivetran_synced
        from stripe.lines
    """,
}


@dataclass(frozen=True)
class Landing:
    """What a loader keeps of a vendor's objects: table -> a query of them; the inputs of the contract that they stand in for."""

    vendor: str
    tables: dict[str, str]
    inputs: tuple[str, ...] = BILLING


LANDINGS = {
    "stripe_fivetran": Landing("stripe", STRIPE_FIVETRAN),
}


def write(connection, raw, name):
    """Write the company of a connection, which company.sql has made, as a landing into raw/<vendor>/<table>.parquet."""
    landing = LANDINGS[name]
    connection.execute((PROJECT / "customer_value" / f"as_{landing.vendor}.sql").read_text())
    folder = raw / landing.vendor
    folder.mkdir()
    for table, query in landing.tables.items():
        connection.execute(f"copy (from ({query}) order by all) to {literal(folder / f'{table}.parquet')} (format parquet)")
