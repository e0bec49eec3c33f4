-- Grain: one row per customer (filter: has paid for a subscription, or without one) and cohort dimension.
{%- set dimensions = {
    'all': "'all'", 'channel': 'acquisition_channel', 'plan': 'plan_name', 'billing_interval': 'billing_interval',
    'country': 'country', 'size': 'customer_size',
} %}
with

cohorts as (select * from {{ ref('int_customer_cohorts') }}),

purchases as (select * from {{ ref('int_purchases') }}),

customers as (select * from {{ ref('int_customers') }}),

-- Who buys without a subscription is in no cohort of months, and in groups all the same.
buyers as (

    select distinct
        purchases.customer_id,
        coalesce(customers.acquisition_channel, 'unknown') as acquisition_channel,
        'no_subscription' as plan_name,
        'no_subscription' as billing_interval,
        coalesce(customers.country, 'unknown') as country,
        customers.customer_size
    from purchases
    inner join customers on purchases.customer_id = customers.customer_id
    where customers.started_date is null

)

{% for dimension, value in dimensions.items() -%}
{%- set is_last = loop.last %}
{%- for relation in ['cohorts', 'buyers'] %}
select
    customer_id,
    '{{ dimension }}' as cohort_dimension,
    {{ value }} as cohort_value
from {{ relation }}
{% if not (loop.last and is_last) %}
union all
{% endif %}
{%- endfor %}
{%- endfor %}
