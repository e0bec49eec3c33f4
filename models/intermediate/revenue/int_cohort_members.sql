-- Grain: one row per customer (filter: has paid) and cohort dimension.
{%- set dimensions = {
    'all': "'all'", 'channel': 'acquisition_channel', 'plan': 'plan_name', 'billing_interval': 'billing_interval',
    'country': 'country', 'size': 'customer_size',
} %}
with

cohorts as (select * from {{ ref('int_customer_cohorts') }})

{% for dimension, value in dimensions.items() -%}
select
    customer_id,
    '{{ dimension }}' as cohort_dimension,
    {{ value }} as cohort_value
from cohorts
{% if not loop.last %}
union all

{% endif %}
{%- endfor %}
