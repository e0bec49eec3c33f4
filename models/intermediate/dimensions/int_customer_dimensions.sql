-- Grain: one row per customer and month, from the customer's first subscription to the as-of day.
-- A month in which a customer has no item, or is not scored, has the values of the last one before it that had.
{%- set customer_log = '(partition by customer_id order by activity_month asc)' %}
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
        movements.cohort_month,
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
            'plan': 'coalesce(plans.plan_name, main_items.plan_id, ',
            'product': 'coalesce(main_items.product_name, ',
            'billing_interval':
                'coalesce(' ~ interval_name('main_items.billing_interval', 'main_items.interval_count') ~ ', ',
            'currency': 'coalesce(main_items.currency, ',
        }.items() %}
        {{ value }}case when known_months.item_month is not null then 'unknown' end) as {{ dimension }},
        {%- endfor %}
        coalesce(customers.country, 'unknown') as country,
        coalesce(customers.acquisition_channel, 'unknown') as acquisition_channel,
        coalesce(customers.customer_size, 'unknown') as customer_size,
        coalesce(segment_months.segment_name, case when known_months.scored_month is not null then 'unknown' end)
            as segment_name,
        coalesce(statuses.health_status, case when known_months.scored_month is not null then 'unknown' end)
            as health_status,
        cast(extract(year from known_months.cohort_month) as {{ dbt.type_string() }}) as cohort_year
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
    activity_month,
    {%- for dimension in revenue_dimensions() %}
    lag({{ dimension }}) over {{ customer_log }} as opening_{{ dimension }},
    {{ dimension }} as closing_{{ dimension }},
    lag({{ dimension }}, 12) over {{ customer_log }} as year_ago_{{ dimension }}
    {{- ',' if not loop.last }}
    {%- endfor %}
from customer_values
