-- Every churned customer that has not returned is a win-back candidate, once, and no other customer is.
with

lost_customers as (

    select customer_id
    from {{ ref('customers') }}
    where customer_status = 'churned'

),

candidates as (

    select customer_id
    from {{ ref('winback_candidates') }}

)

select
    coalesce(lost_customers.customer_id, candidates.customer_id) as customer_id,
    lost_customers.customer_id is not null as is_lost,
    candidates.customer_id is not null as is_candidate
from lost_customers
full outer join candidates on lost_customers.customer_id = candidates.customer_id
where lost_customers.customer_id is null or candidates.customer_id is null
