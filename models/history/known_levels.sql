-- Grain: one row per build, kind of level and what it is of (filter: this build and the newest published one before).
-- No full refresh rebuilds it: what was published cannot be computed again.
-- depends_on: {{ ref('published_builds') }}
{{ config(
    materialized='incremental', incremental_strategy='append', full_refresh=false, on_schema_change='append_new_columns',
    pre_hook='{{ keep_newest_levels() }}'
) }}
with

customers as (select * from {{ ref('customers') }}),

item_months as (select * from {{ ref('int_subscription_item_months') }}),

metric_months as (select * from {{ ref('metric_months') }}),

mrr_monthly as (select * from {{ ref('mrr_monthly') }}),

rejected_rows as (select * from {{ ref('rejected_rows') }}),

run_settings as (select * from {{ ref('run_settings') }}),

-- MRR of customers that pay in one currency, in it: exchange rates do not move it.
own_amounts as (

    select
        item_months.customer_id,
        max(item_months.currency) as currency,
        {{ rate('sum(item_months.mrr_amount)', 'max(item_months.exchange_rate)') }} as mrr_amount
    from item_months
    inner join run_settings on item_months.activity_month = {{ month_start('run_settings.as_of_date') }}
    group by item_months.customer_id
    having min(item_months.currency) = max(item_months.currency)

),

levels as (

    select
        'customer' as level_kind,
        customers.customer_id as entity_key,
        customers.mrr_amount as level_amount,
        cast(own_amounts.mrr_amount as decimal(28, 4)) as own_amount,
        own_amounts.currency as own_currency,
        customers.customer_status,
        customers.health_status,
        case when customers.is_active then 1 else 0 end as active_count,
        case when customers.cohort_month is null then 0 else 1 end as paid_count
    from customers
    left join own_amounts on customers.customer_id = own_amounts.customer_id

    union all

    -- What the company says of its MRR, independent of the customers.
    select
        'company' as level_kind,
        'mrr' as entity_key,
        coalesce(sum(mrr_monthly.closing_mrr_amount), 0) as level_amount,
        null as own_amount,
        null as own_currency,
        null as customer_status,
        null as health_status,
        null as active_count,
        null as paid_count
    from run_settings
    left join mrr_monthly on mrr_monthly.activity_month = {{ month_start('run_settings.as_of_date') }}

    union all

    -- Complete months as they are shown: closed ones keep what was published.
    select
        'month' as level_kind,
        {{ text_of('activity_month') }} as entity_key,
        metric_value as level_amount,
        null as own_amount,
        null as own_currency,
        null as customer_status,
        null as health_status,
        null as active_count,
        null as paid_count
    from metric_months
    where metric_name = 'closing_mrr_amount'

    union all

    select
        'rejection' as level_kind,
        input_name || ': ' || reject_reason as entity_key,
        count(*) as level_amount,
        null as own_amount,
        null as own_currency,
        null as customer_status,
        null as health_status,
        null as active_count,
        null as paid_count
    from rejected_rows
    group by input_name, reject_reason

)

select
    run_settings.build_id,
    cast(1 as {{ dbt.type_bigint() }})
    {%- if is_incremental() %} + (select coalesce(max(earlier.build_number), 0) from {{ this }} as earlier){% endif %}
        as build_number,
    run_settings.as_of_date,
    run_settings.reporting_currency,
    levels.level_kind,
    levels.entity_key,
    cast(levels.level_amount as {{ type_amount() }}) as level_amount,
    levels.own_amount,
    levels.own_currency,
    levels.customer_status,
    levels.health_status,
    levels.active_count,
    levels.paid_count
from levels
cross join run_settings
