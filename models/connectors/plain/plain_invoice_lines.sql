-- Grain: one row per row of the plain table bills: recurring where a subscription has it, credit below 0, else one_off.
{{ config(materialized='view', enabled='plain_invoice_lines' in var('connectors') | string) }}
with

bills as (select * from {{ ref('plain_bills') }}),

series as (select * from {{ ref('plain_bill_series') }}),

periods as (select * from {{ ref('plain_billed_periods') }}),

billed_items as (

    select
        series.bill_id,
        series.item_id,
        {{ billed_due_on('series.billed_on', 'periods.months') }} as period_ends_on
    from series
    inner join periods on series.item_id = periods.item_id and series.billed_on = periods.billed_on

)

select
    bills.bill_id as invoice_line_id,
    bills.invoice_id,
    bills.customer_id,
    case when billed_items.item_id is not null then bills.subscription_id end as subscription_id,
    billed_items.item_id,
    bills.plan_id,
    case
        when bills.amount < 0 then 'credit'
        when billed_items.item_id is not null then 'recurring'
        else 'one_off'
    end as kind,
    bills.billed_on as issued_at,
    case when billed_items.item_id is not null then bills.billed_on end as period_start_at,
    billed_items.period_ends_on as period_end_at,
    bills.quantity,
    bills.amount,
    bills.currency,
    bills.status,
    bills.paid_on as paid_at,
    bills.unreadable_value,
    bills.loaded_at
from bills
left join billed_items on bills.bill_id = billed_items.bill_id
