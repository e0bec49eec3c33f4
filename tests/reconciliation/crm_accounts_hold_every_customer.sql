-- A CRM receives every customer, with its MRR, and of nobody else.
with

customers as (

    select
        customer_status,
        count(*) as customer_count,
        sum(mrr_amount) as mrr_amount
    from {{ ref('customers') }}
    group by customer_status

),

accounts as (

    select
        customer_status,
        count(*) as account_count,
        sum(mrr_amount) as mrr_amount
    from {{ ref('crm_accounts') }}
    group by customer_status

)

select
    coalesce(customers.customer_status, accounts.customer_status) as customer_status,
    customers.customer_count,
    accounts.account_count
from customers
full outer join accounts on customers.customer_status = accounts.customer_status
where
    coalesce(customers.customer_count, 0) <> coalesce(accounts.account_count, 0)
    or coalesce(customers.mrr_amount, 0) <> coalesce(accounts.mrr_amount, 0)
