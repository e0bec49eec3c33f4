-- Grain: one row per customer that paid at the cutoff of the back-test: what was expected of its next year, what came.
with

outlooks as (select * from {{ ref('int_customer_expected_values') }}
    where outlook = 'year' and not is_as_of

),

customer_months as (

    select * from {{ ref('int_customer_months') }}),

outcomes as (

    select
        outlooks.customer_id,
        sum(customer_months.mrr_amount) as actual_revenue_amount,
        -- Months in service before the first without.
        coalesce(
            min(
                case
                    when not customer_months.is_active and not customer_months.is_paused
                        then {{ months_between('outlooks.activity_month', 'customer_months.activity_month') }} - 1
                end
            ), 12
        ) as served_months
    from outlooks
    inner join customer_months
        on
            outlooks.customer_id = customer_months.customer_id
            and outlooks.activity_month < customer_months.activity_month
            and customer_months.activity_month <= {{ add_months('outlooks.activity_month', 12) }}
    group by outlooks.customer_id

)

select
    outlooks.customer_id,
    outlooks.cutoff_date,
    outlooks.survival_segment,
    outlooks.curve_survival_segment,
    outlooks.stay_rate,
    outlooks.stay_alpha_slope,
    outlooks.stay_beta_slope,
    outlooks.value_amount as predicted_revenue_amount,
    outlooks.value_alpha_slope_amount as revenue_alpha_slope,
    outlooks.value_beta_slope_amount as revenue_beta_slope,
    outlooks.value_variance as revenue_variance,
    case when outcomes.served_months = 12 then 1 else 0 end as survivor_count,
    outlooks.mrr_amount * outcomes.served_months as retained_revenue_amount,
    outcomes.actual_revenue_amount
from outlooks
inner join outcomes on outlooks.customer_id = outcomes.customer_id
