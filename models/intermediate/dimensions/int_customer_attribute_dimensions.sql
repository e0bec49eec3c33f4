-- Grain: one row per customer, month and attribute, from the customer's first subscription to the as-of day.
{{ config(materialized='view') }}
{%- set attribute_log = '(partition by customer_id, dimension_name order by activity_month asc)' %}
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
dimensions as (

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

dimension_months as (

    select
        customer_values.customer_id,
        customer_values.activity_month,
        dimensions.dimension_name,
        coalesce(attribute_months.attribute_value, 'unknown') as closing_value
    from customer_values
    cross join dimensions
    left join attribute_months
        on
            customer_values.customer_id = attribute_months.customer_id
            and customer_values.activity_month = attribute_months.activity_month
            and dimensions.attribute_name = attribute_months.attribute_name

)

select
    customer_id,
    activity_month,
    dimension_name,
    closing_value,
    lag(closing_value, 1) over {{ attribute_log }} as opening_value,
    lag(closing_value, 12) over {{ attribute_log }} as year_ago_value
from dimension_months
