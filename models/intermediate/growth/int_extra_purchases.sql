-- Grain: one row per customer (filter: has bought an add-on, a service or a higher tier): when it first did.
with

entries as (select * from {{ ref('int_subscription_log') }}),

invoice_lines as (select * from {{ ref('int_invoice_lines') }}),

plans as (select * from {{ ref('stg_plans') }}),

paid_entries as (

    select
        customer_id,
        product_type,
        cast(changed_at as date) as bought_date,
        tier_rank,
        first_value(tier_rank) over (
            partition by customer_id, product_name, product_type
            order by changed_at asc, tier_rank asc nulls last
        ) as first_tier_rank
    from entries
    where {{ status_carries_mrr('status') }}

),

purchases as (

    select
        customer_id,
        bought_date
    from paid_entries
    where product_type in ('add_on', 'service') or tier_rank > first_tier_rank

    union all

    -- Services are often sold beside subscriptions.
    select
        invoice_lines.customer_id,
        invoice_lines.issued_date as bought_date
    from invoice_lines
    inner join plans on invoice_lines.plan_id = plans.plan_id
    where
        plans.product_type in ('add_on', 'service')
        and invoice_lines.amount > 0
        and invoice_lines.status in ('paid', 'open')

)

select
    customer_id,
    min(bought_date) as first_extra_date
from purchases
group by customer_id
