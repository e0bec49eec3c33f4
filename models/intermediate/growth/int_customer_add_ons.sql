-- Grain: one row per customer and add-on or service that it owns (filter: in force on the as-of day).
with

entries as (select * from {{ ref('int_subscription_log') }}),

exchange_rates as (select * from {{ ref('int_exchange_rates') }}),

months as (select * from {{ ref('int_months') }}),

owned_items as (

    select
        entries.customer_id,
        entries.plan_id,
        coalesce(entries.product_name, entries.plan_id) as product_name,
        {{ converted_amount('entries.mrr_own_amount', 'exchange_rates.exchange_rate') }} as mrr_amount,
        cast(
            case
                when entries.product_type = 'service'
                    then {{ monthly_amount(
                        'entries.quantity', 'entries.unit_amount', 'entries.discount_rate', 'entries.discount_amount',
                        'entries.billing_interval', 'entries.interval_count'
                    ) }}
                else 0
            end * exchange_rates.exchange_rate as {{ type_amount() }}
        ) as service_amount
    from entries
    inner join months on months.is_as_of_month
    left join exchange_rates
        on
            entries.currency = exchange_rates.currency
            and months.activity_month = exchange_rates.activity_month
    where
        entries.next_changed_at is null
        and {{ status_carries_mrr('entries.status') }}
        and entries.product_type in ('add_on', 'service')

)

select
    customer_id,
    product_name,
    min(plan_id) as plan_id,
    sum(mrr_amount) as mrr_amount,
    sum(service_amount) as service_amount
from owned_items
group by customer_id, product_name
