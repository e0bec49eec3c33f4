-- Grain: one row per value horizon, billing period, months since the last bill and month ahead.
with

service_months as (select * from {{ ref('int_service_months') }}),

numbers as (

    {{ numbers(1200) }}

),

billing_periods as (

    select billing_months
    from service_months

    union distinct

    -- Usage is billed by the month, whatever the terms.
    select 1 as billing_months

),

phases as (

    select
        billing_periods.billing_months,
        numbers.n - 1 as months_since_bill
    from billing_periods
    inner join numbers on billing_periods.billing_months >= numbers.n

),

-- The lifetime horizon counts future bills: what was billed ahead is already paid. The year counts twelve months of
-- service, so that it can be compared with the MRR of the year that followed.
dues as (

    select
        'lifetime' as value_horizon,
        phases.billing_months,
        phases.months_since_bill,
        numbers.n as months_ahead,
        case
            when mod(phases.months_since_bill + numbers.n, phases.billing_months) = 0
                then
                    cast(
                        phases.billing_months
                        * power(
                            1 + cast({{ var('annual_discount_rate') }} as {{ type_double() }}),
                            -numbers.n / cast(12 as {{ type_double() }})
                        )
                        as {{ type_rate() }}
                    )
            else 0
        end as due_weight
    from phases
    inner join numbers on numbers.n <= {{ var('ltv_horizon_months') }}

    union all

    select
        'year' as value_horizon,
        phases.billing_months,
        phases.months_since_bill,
        numbers.n as months_ahead,
        1 as due_weight
    from phases
    inner join numbers on numbers.n <= 12

)

select
    value_horizon,
    billing_months,
    months_since_bill,
    months_ahead,
    due_weight,
    sum(due_weight) over (
        partition by value_horizon, billing_months, months_since_bill order by months_ahead asc
    ) as cumulative_weight,
    max(months_ahead) over (partition by value_horizon) = months_ahead as is_last_month
from dues
