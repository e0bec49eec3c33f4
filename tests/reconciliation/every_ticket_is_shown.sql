-- Every ticket of the input stands in the mart, once, with its customer.
with

staged_tickets as (select * from {{ ref('stg_support_tickets') }}),

support_tickets as (select * from {{ ref('support_tickets') }})

select
    coalesce(staged_tickets.ticket_id, support_tickets.ticket_id) as ticket_id,
    staged_tickets.customer_id as expected_customer_id,
    support_tickets.customer_id
from staged_tickets
full outer join support_tickets on staged_tickets.ticket_id = support_tickets.ticket_id
where
    staged_tickets.ticket_id is null
    or support_tickets.ticket_id is null
    or staged_tickets.customer_id is distinct from support_tickets.customer_id
