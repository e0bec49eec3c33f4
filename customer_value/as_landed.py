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

# Airbyte has an object as the API gives it: nested ones in a column each, seconds since 1970, and the newest state alone.
STRIPE_AIRBYTE = {
    "customers": """
        select customer_id as id, email, customer_name as name, {'country': country} as address, seconds(created_at) as created, true as livemode,
            false as is_deleted, loaded_at as _airbyte_extracted_at
        from customers
    """,
    "subscriptions": """
        select sub as id, customer_id as customer, status, seconds(started_at) as created, seconds(started_at) as start_date, currency,
            true as livemode, seconds(cancel_at) as cancel_at, is_canceled_at_period_end as cancel_at_period_end,
            seconds(canceled_at) as canceled_at, seconds(versions.ended_at) as ended_at,
            {
                'feedback': case when requested_at is not null then ['too_expensive', 'missing_features', 'too_complex', 'other'][
                    list_position(['price', 'missing_feature', 'too_complex', 'closed_down'], cancel_reason)] end,
                'reason': case when canceled_at is null then null when cancel_reason = 'payment_failure' then 'payment_failed'
                    else 'cancellation_requested' end
            } as cancellation_details,
            seconds(trial_from) as trial_start, seconds(trial_to) as trial_end,
            case when pause_behavior is not null then {'behavior': pause_behavior, 'resumes_at': null} end as pause_collection,
            {'object': 'list', 'data': (
                select list({
                    'id': si, 'subscription': items.sub, 'created': seconds(created_at), 'quantity': quantity, 'price': price,
                    'discounts': coalesce((
                        select list({
                            'id': discount_id, 'start': seconds(discounts.started_at), 'end': seconds(discounts.ended_at),
                            'coupon': {'id': coupon_id, 'percent_off': 100 * rate, 'duration': duration,
                                'duration_in_months': case when duration = 'repeating' then 6 end}
                        })
                        from stripe.discounts
                        where discounts.si = items.si and coalesce(discounts.ended_at > end_at(), duration <> 'once')
                    ), [])
                } order by si)
                from stripe.items join stripe.price_objects using (price_id) where items.sub = versions.sub
            )} as items,
            false as is_deleted, night(version_at) as _airbyte_extracted_at
        from stripe.versions join stripe.subs using (sub)
        where next_at is null
    """,
    "prices": """
        select unnest(price), true as active, true as livemode, false as is_deleted, night(timestamp '2020-01-01') as _airbyte_extracted_at
        from stripe.price_objects
    """,
    "products": """
        select product_id as id, name, true as active, true as livemode, false as is_deleted,
            night(timestamp '2020-01-01') as _airbyte_extracted_at
        from stripe.products
    """,
    "coupons": """
        select coupon_id as id, percent_off, duration, duration_months as duration_in_months, true as valid, true as livemode,
            false as is_deleted, night(timestamp '2020-01-01') as _airbyte_extracted_at
        from stripe.coupons
    """,
    "invoices": """
        select invoice_id as id, customer_id as customer, sub as subscription, status, 'subscription_cycle' as billing_reason, currency,
            seconds(issued_at) as created, seconds(issued_at) as period_start, seconds(issued_at) as period_end, subtotal, tax, total,
            total as amount_due, case when status = 'paid' then total else 0 end as amount_paid,
            {
                'finalized_at': seconds(issued_at), 'paid_at': seconds(paid_at),
                'voided_at': case when status = 'void' then seconds(issued_at) end,
                'marked_uncollectible_at': case when status = 'uncollectible' then seconds(issued_at) end
            } as status_transitions,
            true as livemode, false as is_deleted, loaded_at as _airbyte_extracted_at
        from stripe.invoices
    """,
    "invoice_line_items": """
        select line_id as id, invoice_id as invoice, invoice_id,
            case when kind = 'recurring' and si is not null then 'subscription' else 'invoiceitem' end as type, kind = 'proration' as proration,
            sub as subscription, si as subscription_item, price, quantity, amount, currency,
            {'start': seconds(period_start_at), 'end': seconds(period_end_at)} as period, kind <> 'proration' as discountable,
            case when discount_amount > 0 then [{'amount': discount_amount, 'discount': 'di_' || si}] else [] end as discount_amounts,
            case when tax_amount <> 0 then [{'amount': tax_amount, 'inclusive': false}] else [] end as tax_amounts, true as livemode,
            loaded_at as _airbyte_extracted_at
        from stripe.lines left join stripe.price_objects using (price_id)
    """,
}


@dataclass(frozen=True)
class Landing:
    """What a loader keeps of a vendor's objects: table -> a query of them; the inputs of the contract that they stand in for."""

    vendor: str
    tables: dict[str, str]
    format: str = "parquet"
    inputs: tuple[str, ...] = BILLING


LANDINGS = {
    "stripe_fivetran": Landing("stripe", STRIPE_FIVETRAN),
    "stripe_airbyte": Landing("stripe", STRIPE_AIRBYTE, "json"),
}


def write(connection, raw, name):
    """Write the company of a connection, which company.sql has made, as a landing into files raw/<vendor>/<table>."""
    landing = LANDINGS[name]
    connection.execute((PROJECT / "customer_value" / f"as_{landing.vendor}.sql").read_text())
    folder = raw / landing.vendor
    folder.mkdir()
    suffix = {"parquet": "parquet", "json": "jsonl"}[landing.format]
    for table, query in landing.tables.items():
        path = folder / f"{table}.{suffix}"
        connection.execute(f"copy (from ({query}) order by all) to {literal(path)} (format {landing.format})")
