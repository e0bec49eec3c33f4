-- Grain: one row per bill that may be one of a series (filter: newest version), with the item that it may be a bill of.
-- Streams of equal amounts that cross each other are items of their own. What lies between two bills of a stream, or
-- beside one, and is not repeated itself, is a bill of no item.
{{ config(enabled='plain_invoice_lines' in var('connectors') | string) }}
with

streams as (select * from {{ ref('plain_bill_streams') }}),

repeated_bills as (

    select
        *,
        repeated_on is not null or coalesce(lag(repeated_on) over (
            partition by subscription_id, amount, equal_number order by billed_on asc
        ) = billed_on, false) as is_repeated
    from streams

),

days as (

    select
        subscription_id,
        billed_on,
        max(case when is_repeated then 1 else 0 end) as has_repeated,
        max(max(repeated_on)) over (
            partition by subscription_id order by billed_on asc rows between unbounded preceding and 1 preceding
        ) as covered_until
    from repeated_bills
    group by subscription_id, billed_on

),

placed_bills as (

    select
        repeated_bills.bill_id,
        repeated_bills.subscription_id,
        repeated_bills.customer_id,
        repeated_bills.plan_id,
        repeated_bills.currency,
        repeated_bills.billed_on,
        repeated_bills.amount,
        repeated_bills.quantity,
        repeated_bills.loaded_at,
        repeated_bills.equal_number,
        repeated_bills.is_repeated,
        coalesce(days.covered_until > days.billed_on, false) as is_between,
        days.has_repeated = 1 as has_repeated,
        max(case when repeated_bills.is_repeated and days.covered_until > days.billed_on then 1 else 0 end) over (
            partition by repeated_bills.subscription_id, repeated_bills.amount, repeated_bills.equal_number
        ) as crosses
    from repeated_bills
    inner join days
        on repeated_bills.subscription_id = days.subscription_id and repeated_bills.billed_on = days.billed_on

)

select
    bill_id,
    subscription_id,
    case
        when crosses = 1
            then
                subscription_id || '|' || cast(amount as {{ dbt.type_string() }})
                || '|' || cast(equal_number as {{ dbt.type_string() }})
        when is_repeated or not (is_between or has_repeated) then subscription_id
    end as item_id,
    customer_id,
    plan_id,
    currency,
    billed_on,
    amount,
    quantity,
    loaded_at
from placed_bills
