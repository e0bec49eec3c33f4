-- Grain: one row per row of the input customer_attributes, valid or rejected, with the reason why it is rejected.
with

attributes as (select * from {{ received('customer_attributes') }} as received_rows),

customers as (select * from {{ ref('stg_customers') }})

select
    {{ input_columns('customer_attributes', 'attributes') }},
    customers.canonical_customer_id,
    attributes.is_folded,
    case
        when attributes.unreadable_value is not null then 'unreadable_value'
        when attributes.customer_id is null then 'missing_customer_id'
        when attributes.attribute is null then 'missing_attribute'
        when attributes.loaded_at is null then 'missing_loaded_at'
        when customers.is_internal then 'internal_customer'
        when customers.customer_id is null then 'unknown_customer'
        -- What is valid from a later day is planned: it is in force once that day has come.
        when
            least(coalesce(attributes.valid_from, attributes.loaded_at), attributes.loaded_at) < {{ earliest_at() }}
            then 'dated_before_earliest'
    end as reject_reason
from attributes
left join customers on attributes.customer_id = customers.customer_id
