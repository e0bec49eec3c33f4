-- A customer renews with the first of its running terms; without a fixed term no renewal of a term is shown.
with

terms as (

    select
        customer_id,
        min(renewal_date) as next_renewal_date
    from {{ ref('contract_renewals') }}
    where is_running
    group by customer_id

)

select
    customers.customer_id,
    customers.next_renewal_date,
    customers.billing_renewal_date,
    terms.next_renewal_date as next_term_renewal_date
from {{ ref('customers') }} as customers
full outer join terms on customers.customer_id = terms.customer_id
where
    customers.next_renewal_date is distinct from terms.next_renewal_date
    or (customers.billing_renewal_date is not null and terms.customer_id is not null)
    or (customers.is_active and customers.next_renewal_date is null and customers.billing_renewal_date is null)
