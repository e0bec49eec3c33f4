-- Every customer has the last value that was stated of it itself, and its owner stands beside it.
with

stated_values as (

    select
        customer_id,
        attribute as attribute_name,
        value as attribute_value,
        valid_from as valid_from_date,
        row_number() over (
            partition by customer_id, attribute order by valid_from desc nulls last
        ) as recency
    from {{ ref('stg_customer_attributes') }}
    where received_customer_id = customer_id

),

current_values as (select * from {{ ref('customer_attributes') }}),

customers as (select * from {{ ref('customers') }})

select
    stated_values.customer_id,
    stated_values.attribute_name,
    stated_values.attribute_value as expected_value,
    current_values.attribute_value
from stated_values
inner join customers on stated_values.customer_id = customers.customer_id
left join current_values
    on
        stated_values.customer_id = current_values.customer_id
        and stated_values.attribute_name = current_values.attribute_name
where
    stated_values.recency = 1
    and (
        coalesce(stated_values.attribute_value <> current_values.attribute_value, false)
        or (stated_values.attribute_value is null) <> (current_values.attribute_value is null)
        or stated_values.valid_from_date <> current_values.valid_from_date
    )

union all

select
    customers.customer_id,
    'account_owner' as attribute_name,
    current_values.attribute_value as expected_value,
    customers.account_owner as attribute_value
from customers
left join current_values
    on customers.customer_id = current_values.customer_id and current_values.attribute_name = 'account_owner'
where coalesce(customers.account_owner, '') <> coalesce(current_values.attribute_value, '')
