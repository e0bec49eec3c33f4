-- Grain: one row per customer, month and dimension, from the customer's first subscription to the as-of day.
{{ config(materialized='view') }}
{%- set months_of_attribute = '(partition by customer_id, dimension_name order by activity_month asc)' %}
with

customer_values as (select * from {{ ref('int_customer_dimensions') }}),

attribute_months as (select * from {{ ref('int_customer_attribute_months') }}),

attribute_values as (

    select distinct
        attribute_name,
        attribute_value
    from attribute_months

),

-- What has a value for each customer, as an id has, is no dimension; a run notes it.
attribute_sizes as (

    select
        attribute_name,
        count(*) as value_count
    from attribute_values
    group by attribute_name

),

-- A dash stands in no folded name: an attribute called plan is attribute-plan, beside the dimension plan.
attribute_dimensions as (

    select
        attribute_name,
        case
            when
                attribute_name in (
                    {%- for dimension in revenue_dimensions() %}
                    '{{ dimension }}',
                    {%- endfor %}
                    'all'
                )
                then 'attribute-' || attribute_name
            else attribute_name
        end as dimension_name
    from attribute_sizes
    where value_count <= {{ var('max_dimension_values') }}

),

attribute_log as (

    select
        customer_values.customer_id,
        customer_values.activity_month,
        attribute_dimensions.dimension_name,
        coalesce(attribute_months.attribute_value, 'unknown') as closing_value
    from customer_values
    cross join attribute_dimensions
    left join attribute_months
        on
            customer_values.customer_id = attribute_months.customer_id
            and customer_values.activity_month = attribute_months.activity_month
            and attribute_dimensions.attribute_name = attribute_months.attribute_name

)

{% for dimension in revenue_dimensions() -%}
select
    customer_id,
    activity_month,
    '{{ dimension }}' as dimension_name,
    closing_{{ dimension }} as closing_value,
    opening_{{ dimension }} as opening_value,
    year_ago_{{ dimension }} as year_ago_value
from customer_values

union all

{% endfor -%}
select
    customer_id,
    activity_month,
    dimension_name,
    closing_value,
    lag(closing_value, 1) over {{ months_of_attribute }} as opening_value,
    lag(closing_value, 12) over {{ months_of_attribute }} as year_ago_value
from attribute_log
