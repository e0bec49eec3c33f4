-- Grain: one row per customer that pays by the month and discount for paying a year ahead.
with

monthly_payers as (select * from {{ ref('int_monthly_payers') }}),

offers as (select * from {{ ref('prepaid_offers') }}),

priced_offers as (

    select
        monthly_payers.customer_id,
        monthly_payers.as_of_date,
        monthly_payers.plan_id,
        offers.discount_rate,
        offers.acceptance_rate,
        monthly_payers.mrr_amount,
        monthly_payers.expected_months,
        cast(monthly_payers.mrr_amount * monthly_payers.expected_months as {{ type_amount() }}) as monthly_value_amount,
        cast(monthly_payers.mrr_amount * 12 * (1 - offers.discount_rate) as {{ type_amount() }}) as prepaid_amount,
        -- Where the year ahead is worth what the months are.
        cast(1 - monthly_payers.expected_months / 12.0 as {{ type_rate() }}) as break_even_discount_rate
    from monthly_payers
    cross join offers

),

gains as (

    select
        customer_id,
        as_of_date,
        plan_id,
        discount_rate,
        acceptance_rate,
        mrr_amount,
        expected_months,
        monthly_value_amount,
        prepaid_amount,
        break_even_discount_rate,
        prepaid_amount - monthly_value_amount as gain_amount,
        cast(acceptance_rate * (prepaid_amount - monthly_value_amount) as {{ type_amount() }}) as expected_gain_amount
    from priced_offers

)

select
    customer_id,
    as_of_date,
    plan_id,
    discount_rate,
    acceptance_rate,
    cast(mrr_amount as {{ type_amount() }}) as mrr_amount,
    cast(expected_months as {{ type_rate() }}) as expected_months,
    monthly_value_amount,
    prepaid_amount,
    cast(gain_amount as {{ type_amount() }}) as gain_amount,
    expected_gain_amount,
    break_even_discount_rate,
    -- The offer that brings most, of those that bring anything; of two alike the smaller discount.
    coalesce(
        expected_gain_amount > 0
        and row_number() over (
            partition by customer_id order by expected_gain_amount desc nulls last, discount_rate asc
        ) = 1,
        false
    ) as is_best_offer
from gains
