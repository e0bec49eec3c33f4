-- Grain: one row per bill that may be one of a series (filter: newest version).
{{ config(enabled='plain_invoice_lines' in var('connectors') | string) }}
with

bills as (select * from {{ ref('plain_bills') }}),

numbered_bills as (

    select
        bill_id,
        subscription_id,
        customer_id,
        plan_id,
        currency,
        billed_on,
        amount,
        quantity,
        loaded_at,
        row_number() over (partition by subscription_id, amount, billed_on order by bill_id asc) as equal_number
    from bills
    where may_recur

),

neighbours as (

    select
        *,
        lag(billed_on) over (partition by subscription_id, amount, equal_number order by billed_on asc) as previous_on,
        lead(billed_on) over (partition by subscription_id, amount, equal_number order by billed_on asc) as next_on
    from numbered_bills

),

gaps as (

    select
        *,
        {{ billed_months('previous_on', 'billed_on') }} as previous_months,
        {{ billed_months('billed_on', 'next_on') }} as next_months
    from neighbours

),

-- An amount has the shortest interval that it shows; two bills a week apart show none, three in a row do.
streams as (

    select
        *,
        case
            when
                max(case when previous_months = 0 and next_months = 0 then 1 else 0 end) over (
                    partition by subscription_id, amount, equal_number
                ) = 1
                then 0
            else
                min(case when next_months > 0 then next_months end) over (
                    partition by subscription_id, amount, equal_number
                )
        end as stream_months
    from gaps

),

-- Other amounts, none of them repeated, one a month between two equal ones: these are no stream of a longer interval.
counted_bills as (

    select
        *,
        sum(case when stream_months is null then 1 else 0 end)
            over (partition by subscription_id order by billed_on asc) as single_count
    from streams

),

followed_bills as (

    select
        *,
        lead(single_count) over (partition by subscription_id, amount, equal_number order by billed_on asc)
        - single_count as single_count_between
    from counted_bills

)

select
    bill_id,
    subscription_id,
    customer_id,
    plan_id,
    currency,
    billed_on,
    amount,
    quantity,
    loaded_at,
    equal_number,
    case
        when next_months = stream_months and (next_months <= 1 or single_count_between < next_months - 1) then next_on
    end as repeated_on
from followed_bills
