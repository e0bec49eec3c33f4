-- Grain: one row per build, kind of level and what it is of (filter: this build and the newest published one before).
-- No full refresh rebuilds it: what was published cannot be computed again.
-- depends_on: {{ ref('published_builds') }}
{{ config(
    materialized='incremental', incremental_strategy='append', full_refresh=false, on_schema_change='append_new_columns',
    pre_hook='{{ keep_newest_levels() }}'
) }}
with

customers as (select * from {{ ref('customers') }}),

customer_segments as (select * from {{ ref('customer_segments') }}),

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
        customer_id as entity_key,
        mrr_amount as level_amount
    from customers

    union all

    -- What the company says of its MRR, independent of the customers.
    select
        'company' as level_kind,
        'mrr' as entity_key,
        coalesce(sum(mrr_monthly.closing_mrr_amount), 0) as level_amount
    from run_settings
    left join mrr_monthly on mrr_monthly.activity_month = {{ month_start('run_settings.as_of_date') }}

    union all

    -- Complete months as they are shown: closed ones keep what was published.
    select
        'month' as level_kind,
        {{ text_of('activity_month') }} as entity_key,
        metric_value as level_amount
    from metric_months
    where metric_name = 'closing_mrr_amount'

    union all

    select
        'rejection' as level_kind,
        input_name || ': ' || reject_reason as entity_key,
        count(*) as level_amount
    from rejected_rows
    group by input_name, reject_reason

),

customer_levels as (

    select
        customers.customer_id,
        cast(own_amounts.mrr_amount as decimal(28, 4)) as own_amount,
        own_amounts.currency as own_currency,
        customers.customer_status,
        customers.health_status,
        case when customers.is_active then 1 else 0 end as active_count,
        case when customers.cohort_month is null then 0 else 1 end as paid_count,
        -- Only as a hash: an owner is a person.
        {{ sha256(row_text([
            'customers.customer_status', 'customers.health_status', 'customers.segment_name', 'customers.account_owner',
            'customer_segments.play', 'customers.mrr_amount', 'customers.reporting_currency', 'customers.next_renewal_date',
        ])) }} as account_hash
    from customers
    left join own_amounts on customers.customer_id = own_amounts.customer_id
    left join customer_segments on customers.customer_id = customer_segments.customer_id

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
    customer_levels.own_amount,
    customer_levels.own_currency,
    customer_levels.customer_status,
    customer_levels.health_status,
    customer_levels.active_count,
    customer_levels.paid_count,
    customer_levels.account_hash
from levels
cross join run_settings
left join customer_levels on levels.level_kind = 'customer' and levels.entity_key = customer_levels.customer_id
