-- Grain: one row per customer and discount for a prepaid year (filter: pays by the month on the as-of day).
with

main_items as (select * from {{ ref('int_customer_main_items') }}),

expected_values as (select * from {{ ref('int_customer_expected_values') }}),

offers as (select * from {{ ref('prepaid_offers') }}),

-- Renewed, and so billed, by the month: free to leave each month.
monthly_payers as (

    select
        expected_values.customer_id,
        expected_values.valuation_date as as_of_date,
        main_items.plan_id,
        expected_values.mrr_amount,
        -- Of the next twelve bills the number that is expected to be paid.
        expected_values.expected_months
    from expected_values
    inner join main_items
        on
            expected_values.customer_id = main_items.customer_id
            and expected_values.activity_month = main_items.activity_month
    where
        expected_values.is_as_of
        and expected_values.value_horizon = 'year'
        and expected_values.mrr_amount > 0
        and main_items.renewal_months = 1

),

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
        -- The discount at which the prepaid year is worth as much as the expected months.
        cast(1 - monthly_payers.expected_months / cast(12 as {{ type_double() }}) as {{ type_rate() }}) as break_even_discount_rate
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
    -- The offer with the largest expected gain, if that is above 0; of two alike the smaller discount.
    coalesce(
        expected_gain_amount > 0
        and row_number() over (
            partition by customer_id order by expected_gain_amount desc nulls last, discount_rate asc
        ) = 1,
        false
    ) as is_best_offer
from gains
