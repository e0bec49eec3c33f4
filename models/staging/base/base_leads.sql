-- Grain: one row per row of the input leads, valid or rejected, with the reason why it is rejected.
with

leads as (select * from {{ received('leads') }} as received_rows),

customers as (select * from {{ ref('stg_customers') }})

select
    {{ input_columns('leads') }},
    customers.canonical_customer_id,
    leads.is_folded,
    case
        when leads.unreadable_value is not null then 'unreadable_value'
        when leads.lead_id is null then 'missing_lead_id'
        when leads.created_at is null then 'missing_created_at'
        when leads.loaded_at is null then 'missing_loaded_at'
        when abs(leads.trip_wire_amount) >= {{ var('number_limit') }} then 'number_out_of_range'
        when leads.trip_wire_amount < 0 then 'negative_trip_wire_amount'
        when customers.is_internal then 'internal_customer'
        when leads.customer_id is not null and customers.customer_id is null then 'unknown_customer'
        when
            greatest(leads.created_at, leads.opted_in_at, leads.trip_wire_at, leads.exit_offer_at) > leads.loaded_at
            then 'dated_after_loaded_at'
        when
            least(leads.created_at, leads.opted_in_at, leads.trip_wire_at, leads.exit_offer_at, leads.loaded_at)
            < {{ earliest_at() }}
            then 'dated_before_earliest'
    end as reject_reason
from leads
left join customers on leads.customer_id = customers.customer_id
