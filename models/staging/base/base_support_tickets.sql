-- Grain: one row per row of the input support_tickets, valid or rejected, with the reason why it is rejected.
with

tickets as (select * from {{ received('support_tickets') }} as received_rows),

customers as (select * from {{ ref('stg_customers') }})

select
    {{ input_columns('support_tickets', 'tickets') }},
    customers.canonical_customer_id,
    tickets.is_folded,
    case
        when tickets.unreadable_value is not null then 'unreadable_value'
        when tickets.ticket_id is null then 'missing_ticket_id'
        when tickets.customer_id is null then 'missing_customer_id'
        when tickets.opened_at is null then 'missing_opened_at'
        when tickets.loaded_at is null then 'missing_loaded_at'
        when tickets.priority not in ('low', 'normal', 'high', 'urgent') then 'unknown_priority'
        when
            tickets.satisfaction_score < 1
            or tickets.satisfaction_score > 5
            or tickets.satisfaction_score <> floor(tickets.satisfaction_score)
            then 'invalid_satisfaction_score'
        when customers.is_internal then 'internal_customer'
        when customers.customer_id is null then 'unknown_customer'
        when tickets.resolved_at < tickets.opened_at then 'end_before_start'
        when greatest(tickets.opened_at, tickets.resolved_at) > tickets.loaded_at then 'dated_after_loaded_at'
        when least(tickets.opened_at, tickets.loaded_at) < {{ earliest_at() }} then 'dated_before_earliest'
    end as reject_reason
from tickets
left join customers on tickets.customer_id = customers.customer_id
