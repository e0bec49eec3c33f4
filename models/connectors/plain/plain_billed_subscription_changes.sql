-- Grain: one row per start, changed price or interval, and end of a subscription item, inferred from its bills.
{% set is_used = 'plain_billed_subscription_changes' in var('connectors') | string -%}
{%- if is_used and var('connectors').get('invoice_lines') != 'plain_invoice_lines' -%}
    {%- do exceptions.raise_compiler_error(
        'var connectors: found subscription_changes: plain_billed_subscription_changes alone, expected invoice_lines: '
        ~ 'plain_invoice_lines beside it, where the bills stand that belong to no subscription.'
    ) -%}
{%- endif -%}
{{ config(materialized='view', enabled=is_used) }}
with

periods as (select * from {{ ref('plain_billed_periods') }}),

bills as (select * from {{ ref('plain_bills') }}),

-- A bill that is absent is known to be so up to the day of the newest load only.
newest_load as (

    select cast({{ local_time('max(loaded_at)') }} as date) as loaded_on
    from bills

),

neighbouring_periods as (

    select
        *,
        lag(ends_on) over (partition by item_id order by billed_on asc) as previous_ends_on,
        lag(amount) over (partition by item_id order by billed_on asc) as previous_amount,
        lag(quantity) over (partition by item_id order by billed_on asc) as previous_quantity,
        lag(months) over (partition by item_id order by billed_on asc) as previous_months,
        lead(billed_on) over (partition by item_id order by billed_on asc) as next_billed_on
    from periods

)

select
    subscription_id,
    item_id,
    billed_on as changed_at,
    customer_id,
    plan_id,
    'active' as status,
    coalesce(quantity, 1) as quantity,
    amount / coalesce(quantity, 1) as unit_amount,
    currency,
    case months when 0 then 'week' when 12 then 'year' else 'month' end as billing_interval,
    case when months in (3, 6) then months else 1 end as interval_count,
    cast(null as {{ dbt.type_string() }}) as cancel_reason,
    -- The second bill makes the interval known, and with it the subscription.
    case
        when previous_ends_on >= billed_on or next_loaded_at is null then loaded_at
        else greatest(loaded_at, next_loaded_at)
    end as loaded_at
from neighbouring_periods
where
    previous_ends_on is null or previous_ends_on < billed_on
    or amount <> previous_amount or coalesce(quantity, 1) <> coalesce(previous_quantity, 1) or months <> previous_months

union all

select
    neighbouring_periods.subscription_id,
    neighbouring_periods.item_id,
    neighbouring_periods.ends_on as changed_at,
    neighbouring_periods.customer_id,
    neighbouring_periods.plan_id,
    'canceled' as status,
    null as quantity,
    null as unit_amount,
    null as currency,
    null as billing_interval,
    null as interval_count,
    'no further bill' as cancel_reason,
    neighbouring_periods.loaded_at
from neighbouring_periods
cross join newest_load
where
    neighbouring_periods.ends_on <= newest_load.loaded_on
    and coalesce(neighbouring_periods.next_billed_on > neighbouring_periods.ends_on, true)
