-- Grain: one row per subscription item and stretch of time, [valid_from, valid_to), in which its terms are the same.
with

entries as (select * from {{ ref('int_subscription_log') }}),

exchange_rates as (select * from {{ ref('int_exchange_rates') }}),

run_settings as (select * from {{ ref('run_settings') }}),

-- A discount that ends splits its entry: 1 is the part under the discount, 2 the part after it.
parts as (

    {{ numbers(2) }}

),

periods as (

    select
        entries.subscription_id,
        entries.item_id,
        entries.customer_id,
        entries.plan_id,
        entries.product_type,
        entries.product_name,
        entries.tier_rank,
        entries.status,
        entries.quantity,
        entries.unit_amount,
        entries.currency,
        entries.billing_interval,
        entries.interval_count,
        entries.term_months,
        entries.migrated_from_subscription_id,
        entries.mrr_list_own_amount,
        entries.paused_at,
        case when parts.n = 1 then entries.discount_rate else 0 end as discount_rate,
        case when parts.n = 1 then entries.discount_amount else 0 end as discount_amount,
        case when parts.n = 1 then entries.mrr_own_amount else entries.mrr_list_own_amount end as mrr_own_amount,
        case
            when parts.n = 1 then entries.changed_at
            else greatest(entries.changed_at, entries.discount_ends_at)
        end as valid_from,
        case
            when parts.n = 1 then least(entries.next_changed_at, entries.discount_ends_at)
            else entries.next_changed_at
        end as valid_to,
        case when entries.is_followed_by_end then entries.next_changed_at end as ended_at
    from entries
    cross join parts
    cross join run_settings
    where parts.n = 1 or entries.discount_ends_at < run_settings.as_of_end_at

)

select
    periods.subscription_id,
    periods.item_id,
    periods.valid_from,
    periods.valid_to,
    periods.customer_id,
    periods.plan_id,
    periods.product_type,
    periods.product_name,
    periods.tier_rank,
    periods.status,
    periods.quantity,
    periods.unit_amount,
    periods.discount_rate,
    periods.discount_amount,
    periods.currency,
    periods.billing_interval,
    periods.interval_count,
    periods.term_months,
    periods.migrated_from_subscription_id,
    periods.paused_at,
    coalesce(periods.valid_to = periods.ended_at, false) as is_followed_by_end,
    periods.mrr_list_own_amount,
    periods.mrr_list_own_amount - periods.mrr_own_amount as mrr_discount_own_amount,
    periods.mrr_own_amount,
    cast(periods.mrr_own_amount * exchange_rates.exchange_rate as {{ type_amount() }}) as mrr_amount
from periods
left join exchange_rates
    on
        periods.currency = exchange_rates.currency
        and {{ month_start('periods.valid_from') }} = exchange_rates.activity_month
where periods.valid_to is null or periods.valid_from < periods.valid_to
