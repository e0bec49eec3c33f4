-- Over all months bills sum to what the bridge invoices and refunds; what is open of them is what receivables hold.
with

bills as (

    select
        coalesce(sum(total_amount), 0) as total_amount,
        coalesce(sum(refunded_amount), 0) as refunded_amount,
        coalesce(sum(open_amount), 0) as open_amount
    from {{ ref('customer_bills') }}

),

bridge as (

    select
        coalesce(sum(invoiced_amount), 0) as total_amount,
        coalesce(sum(-refunded_amount), 0) as refunded_amount
    from {{ ref('revenue_bridge') }}

),

receivables as (select coalesce(sum(open_amount), 0) as open_amount from {{ ref('receivables') }})

select
    bills.total_amount,
    bridge.total_amount as bridge_total_amount,
    bills.refunded_amount,
    bridge.refunded_amount as bridge_refunded_amount,
    bills.open_amount,
    receivables.open_amount as receivables_open_amount
from bills
cross join bridge
cross join receivables
where
    bills.total_amount <> bridge.total_amount
    or bills.refunded_amount <> bridge.refunded_amount
    or bills.open_amount <> receivables.open_amount
