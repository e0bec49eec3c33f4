-- Grain: one row per customer, month and attribute (filter: a value is in force at the month's end).
{{ config(materialized='view') }}
with

attributes as (select * from {{ ref('stg_customer_attributes') }}),

customers as (select * from {{ ref('int_customers') }}),

months as (select * from {{ ref('int_months') }}),

-- What is stated of a merged customer counts where nothing is stated of the canonical one.
ordered_values as (

    select
        attributes.customer_id,
        attributes.attribute,
        attributes.value,
        attributes.valid_from,
        rank() over (
            partition by attributes.customer_id, attributes.attribute
            order by case when attributes.received_customer_id = attributes.customer_id then 0 else 1 end
        ) as origin_rank,
        -- Of merged customers the row that was loaded last.
        row_number() over (
            partition by attributes.customer_id, attributes.attribute, attributes.valid_from
            order by
                case when attributes.received_customer_id = attributes.customer_id then 0 else 1 end asc,
                attributes.loaded_at desc,
                attributes.received_customer_id asc
        ) as choice
    from attributes
    inner join customers on attributes.customer_id = customers.customer_id

),

periods as (

    select
        customer_id,
        attribute,
        value,
        valid_from,
        lead(valid_from) over (
            partition by customer_id, attribute
            order by valid_from asc nulls first
        ) as next_valid_from
    from ordered_values
    where origin_rank = 1 and choice = 1

)

select
    periods.customer_id,
    months.activity_month,
    periods.attribute as attribute_name,
    periods.value as attribute_value,
    periods.valid_from as valid_from_date,
    months.is_as_of_month
from periods
inner join months
    on
        coalesce(periods.valid_from < months.month_end_at, true)
        and coalesce(periods.next_valid_from >= months.month_end_at, true)
where periods.value is not null
