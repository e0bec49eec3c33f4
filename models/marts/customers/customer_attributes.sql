-- Grain: one row per customer and attribute (filter: a value is in force on the as-of day).
with

attribute_months as (select * from {{ ref('int_customer_attribute_months') }})

select
    customer_id,
    attribute_name,
    attribute_value,
    valid_from_date
from attribute_months
where is_as_of_month
