-- Grain: one row per month, as it was known at the month's end (filter: months with a valuation date).
with

ltv_months as (select * from {{ ref('int_ltv_months') }}),

valued_months as (

    select
        activity_month,
        is_partial_month,
        customer_count,
        new_customer_count,
        active_customer_count,
        mrr_amount,
        arpa_amount,
        trailing_churn_rate,
        {{ rate('1', 'simple_churn_rate') }} as simple_lifetime_months,
        cast({{ rate('arpa_amount * ' ~ var('gross_margin_rate'), 'simple_churn_rate') }} as {{ type_amount() }})
            as simple_ltv_amount,
        expected_remaining_months,
        cast({{ rate('collected_amount * ' ~ var('gross_margin_rate'), 'customer_count') }} as {{ type_amount() }})
            as historic_ltv_amount,
        estimated_rate as historic_estimated_rate,
        cast({{ rate('expected_value_amount * ' ~ var('gross_margin_rate'), 'customer_count') }} as {{ type_amount() }})
            as expected_future_ltv_amount
    from ltv_months

),

month_pairs as (

    select
        activity_month,
        is_partial_month,
        customer_count,
        new_customer_count,
        active_customer_count,
        mrr_amount,
        arpa_amount,
        trailing_churn_rate,
        simple_lifetime_months,
        simple_ltv_amount,
        expected_remaining_months,
        historic_ltv_amount,
        historic_estimated_rate,
        expected_future_ltv_amount,
        simple_ltv_amount - lag(simple_ltv_amount) over (order by activity_month asc) as simple_ltv_change_amount,
        -- What the change would have been at the churn of the month before.
        cast(
            (arpa_amount - lag(arpa_amount) over (order by activity_month asc))
            * {{ var('gross_margin_rate') }}
            * lag(simple_lifetime_months) over (order by activity_month asc) as {{ type_amount() }}
        ) as change_due_to_arpa_amount
    from valued_months

)

select
    activity_month,
    is_partial_month,
    cast(customer_count as {{ dbt.type_bigint() }}) as customer_count,
    new_customer_count,
    active_customer_count,
    cast(mrr_amount as {{ type_amount() }}) as mrr_amount,
    arpa_amount,
    cast({{ var('gross_margin_rate') }} as {{ type_rate() }}) as gross_margin_rate,
    trailing_churn_rate,
    simple_lifetime_months,
    simple_ltv_amount,
    cast(simple_ltv_change_amount as {{ type_amount() }}) as simple_ltv_change_amount,
    change_due_to_arpa_amount,
    cast(simple_ltv_change_amount - change_due_to_arpa_amount as {{ type_amount() }}) as change_due_to_churn_amount,
    expected_remaining_months,
    historic_ltv_amount,
    historic_estimated_rate,
    expected_future_ltv_amount,
    cast(historic_ltv_amount + expected_future_ltv_amount as {{ type_amount() }}) as ltv_amount
from month_pairs
