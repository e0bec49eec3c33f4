-- The bridge starts at MRR, has no remainder, and ends at what customers paid, less what went back, tax included.
with

bridge as (select * from {{ ref('revenue_bridge') }}),

known_months as (select * from {{ ref('int_mrr_months') }}),

customer_money as (

    select coalesce(sum(collected_amount - estimated_amount - coalesce(refunded_amount, 0)), 0) as amount
    from {{ ref('customer_ltv') }}

),

collected_tax as (

    select coalesce(sum(tax_amount), 0) as amount
    from {{ ref('int_invoice_lines') }}
    where status = 'paid'

),

refunded_tax as (

    select -coalesce(sum(tax_amount), 0) as amount
    from {{ ref('int_invoice_events') }}
    where line_event = 'refunded'

),

bridge_money as (

    select coalesce(sum(net_collected_amount), 0) as amount
    from bridge

)

select
    'mrr or residual' as broken_rule,
    bridge.activity_month,
    bridge.mrr_amount - coalesce(known_months.closing_mrr_amount, 0) as difference_amount,
    bridge.residual_amount
from bridge
left join known_months on bridge.activity_month = known_months.activity_month
where bridge.residual_amount <> 0 or bridge.mrr_amount <> coalesce(known_months.closing_mrr_amount, 0)

union all

select
    'money of customers' as broken_rule,
    cast(null as date) as activity_month,
    bridge_money.amount - customer_money.amount - collected_tax.amount + refunded_tax.amount as difference_amount,
    0 as residual_amount
from bridge_money
cross join customer_money
cross join collected_tax
cross join refunded_tax
where bridge_money.amount <> customer_money.amount + collected_tax.amount - refunded_tax.amount
