-- Grain: one row per subscription item and day of a bill (filter: the interval of the bill is known).
-- The interval is that of the gap to the next bill, else of the gap before. A gap counts where the amount, or that of a
-- month, changes twofold at most, or a gap beside it is alike; beside a shorter one only after a larger amount.
{{ config(enabled='plain_invoice_lines' in var('connectors') | string) }}
with

bills as (select * from {{ ref('plain_bill_series') }}),

days as (

    select
        subscription_id,
        item_id,
        billed_on,
        min(customer_id) as customer_id,
        min(plan_id) as plan_id,
        min(currency) as currency,
        sum(amount) as amount,
        case when count(*) = 1 then min(nullif(quantity, 0)) end as quantity,
        max(loaded_at) as loaded_at
    from bills
    where item_id is not null
    group by subscription_id, item_id, billed_on

),

neighbours as (

    select
        *,
        lag(amount) over (partition by item_id order by billed_on asc) as previous_amount,
        lead(amount) over (partition by item_id order by billed_on asc) as next_amount,
        lead(loaded_at) over (partition by item_id order by billed_on asc) as next_loaded_at,
        {{ billed_months('billed_on', 'lead(billed_on) over (partition by item_id order by billed_on asc)') }}
            as fitting_months
    from days

),

gaps as (

    select
        *,
        case
            when
                fitting_months > 0
                or lag(fitting_months) over (partition by item_id order by billed_on asc) = 0
                or lead(fitting_months) over (partition by item_id order by billed_on asc) = 0
                then fitting_months
        end as gap_months
    from neighbours

),

neighbouring_gaps as (

    select
        *,
        lag(gap_months) over (partition by item_id order by billed_on asc) as previous_gap,
        lead(gap_months) over (partition by item_id order by billed_on asc) as next_gap,
        coalesce(nullif(lead(gap_months) over (partition by item_id order by billed_on asc), 0), gap_months)
            as next_months
    from gaps

),

accepted_gaps as (

    select
        *,
        case
            when gap_months > previous_gap and 2 * amount < 3 * previous_amount then null
            when gap_months > next_gap and 2 * amount < 3 * next_amount then null
            when
                gap_months in (0, previous_gap, next_gap)
                or greatest(amount, next_amount) <= 2 * least(amount, next_amount)
                or greatest(amount * next_months, next_amount * gap_months)
                <= 2 * least(amount * next_months, next_amount * gap_months)
                then gap_months
        end as accepted_months
    from neighbouring_gaps

),

intervals as (

    select
        *,
        coalesce(
            accepted_months,
            -- Of the last bill: eight to twelve times the monthly one before it pays a year.
            case
                when
                    lag(accepted_months) over (partition by item_id order by billed_on asc) = 1
                    and amount > 0 and amount between 8 * previous_amount and 12 * previous_amount
                    then 12
            end,
            lag(accepted_months) over (partition by item_id order by billed_on asc),
            -- A bill on its own, of an amount that has an interval elsewhere in the series.
            min(accepted_months) over (partition by item_id, amount)
        ) as months
    from accepted_gaps

)

select
    subscription_id,
    item_id,
    billed_on,
    customer_id,
    plan_id,
    currency,
    amount,
    quantity,
    months,
    {{ billed_until('billed_on', 'months') }} as ends_on,
    loaded_at,
    next_loaded_at
from intervals
where months is not null
