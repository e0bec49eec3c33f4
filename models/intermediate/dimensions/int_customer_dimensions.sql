-- Grain: one row per customer and month, from the customer's first subscription to the as-of day.
-- A month in which a customer has no item, or is not scored, has the values of the last one before it that had.
{%- set months_before = {'opening': 1, 'year_ago': 12} %}
{%- set customer_log = '(partition by customer_id order by activity_month asc)' %}
{#- What has one value for all months of a customer is not looked up month by month. #}
{%- set lasting_dimensions = ['country', 'acquisition_channel', 'customer_size', 'cohort_year'] %}
with

movements as (select * from {{ ref('int_customer_movements') }}),

main_items as (select * from {{ ref('int_customer_main_items') }}),

plans as (select * from {{ ref('stg_plans') }}),

customers as (select * from {{ ref('int_customers') }}),

statuses as (select * from {{ ref('int_health_statuses') }}),

segment_months as (select * from {{ ref('int_segment_months') }}),

known_months as (

    select
        movements.customer_id,
        movements.activity_month,
        max(movements.cohort_month) over (partition by movements.customer_id) as cohort_month,
        max(main_items.activity_month) over (
            partition by movements.customer_id order by movements.activity_month asc
        ) as item_month,
        max(case when movements.mrr_amount > 0 then movements.activity_month end) over (
            partition by movements.customer_id order by movements.activity_month asc
        ) as scored_month
    from movements
    left join main_items
        on
            movements.customer_id = main_items.customer_id
            and movements.activity_month = main_items.activity_month

),

-- Null: no month has shown it yet. What a month shows without a value is unknown.
customer_values as (

    select
        known_months.customer_id,
        known_months.activity_month,
        {%- for dimension, value in {
            'plan': 'plans.plan_name, main_items.plan_id',
            'product': 'main_items.product_name',
            'billing_interval': interval_name('main_items.billing_interval', 'main_items.interval_count'),
            'currency': 'main_items.currency',
        }.items() %}
        case when known_months.item_month is not null then coalesce({{ value }}, 'unknown') end as {{ dimension }},
        {%- endfor %}
        case when known_months.scored_month is not null then coalesce(segment_months.segment_name, 'unknown') end
            as segment_name,
        case when known_months.scored_month is not null then coalesce(statuses.health_status, 'unknown') end
            as health_status,
        coalesce(customers.country, 'unknown') as country,
        coalesce(customers.acquisition_channel, 'unknown') as acquisition_channel,
        coalesce(customers.customer_size, 'unknown') as customer_size,
        coalesce(cast(extract(year from known_months.cohort_month) as {{ dbt.type_string() }}), 'unknown')
            as cohort_year
    from known_months
    left join main_items
        on known_months.customer_id = main_items.customer_id and known_months.item_month = main_items.activity_month
    left join plans on main_items.plan_id = plans.plan_id
    left join customers on known_months.customer_id = customers.customer_id
    left join statuses
        on known_months.customer_id = statuses.customer_id and known_months.scored_month = statuses.activity_month
    left join segment_months
        on
            known_months.customer_id = segment_months.customer_id
            and known_months.scored_month = segment_months.activity_month

)

select
    customer_id,
    {%- for dimension in revenue_dimensions() %}
    {{ dimension }} as closing_{{ dimension }},
    {%- for side, months in months_before.items() %}
    {%- set column = 'activity_month' if dimension in lasting_dimensions else dimension %}
    {%- set earlier = 'lag(' ~ column ~ ', ' ~ months ~ ') over ' ~ customer_log %}
    {%- set lasting = 'case when ' ~ earlier ~ ' is not null\n        then ' ~ dimension ~ ' end' %}
    {{ lasting if dimension in lasting_dimensions else earlier }}
        as {{ side }}_{{ dimension }},
    {%- endfor %}
    {%- endfor %}
    activity_month
from customer_values
