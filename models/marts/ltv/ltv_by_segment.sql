-- Grain: one row per cohort dimension and value (filter: customers that have ever paid).
with

cohort_members as (select * from {{ ref('int_cohort_members') }}),

customer_ltv as (select * from {{ ref('customer_ltv') }}),

cohort_value_errors as (select * from {{ ref('int_cohort_value_errors') }}),

churns as (select * from {{ ref('int_customer_churns') }}),

level_drift as (select * from {{ ref('int_level_drift') }}),

segments as (

    select
        cohort_members.cohort_dimension,
        cohort_members.cohort_value,
        customer_ltv.as_of_date,
        count(*) as customer_count,
        sum(case when customer_ltv.is_active then 1 else 0 end) as active_customer_count,
        sum(customer_ltv.mrr_amount) as mrr_amount,
        sum(churns.opening_count) as opening_count,
        sum(churns.churn_count) as churn_count,
        sum(customer_ltv.historic_ltv_amount) as historic_amount,
        -- Unknown as soon as one customer's is.
        case
            when count(customer_ltv.expected_future_ltv_amount) = count(*)
                then sum(customer_ltv.expected_future_ltv_amount)
        end as future_amount
    from cohort_members
    -- Who buys without a subscription counts where the purchase model has a value of it.
    inner join customer_ltv
        on
            cohort_members.customer_id = customer_ltv.customer_id
            and (customer_ltv.tenure_months > 0 or customer_ltv.ltv_method = 'purchase_model')
    left join churns on cohort_members.customer_id = churns.customer_id
    group by cohort_members.cohort_dimension, cohort_members.cohort_value, customer_ltv.as_of_date

),

valued_segments as (

    select
        segments.cohort_dimension,
        segments.cohort_value,
        segments.as_of_date,
        segments.customer_count,
        segments.active_customer_count,
        segments.mrr_amount,
        {{ rate('segments.mrr_amount', 'segments.active_customer_count') }} as arpa_amount,
        segments.churn_count,
        {{ rate('segments.churn_count', 'segments.opening_count') }} as logo_churn_rate,
        segments.historic_amount,
        segments.future_amount,
        level_drift.calibrated_horizon_months,
        segments.historic_amount + segments.future_amount as total_amount,
        segments.historic_amount
        + segments.future_amount
        - least(segments.future_amount, coalesce(cohort_value_errors.future_error_amount, 0)) as total_low_amount,
        segments.historic_amount + segments.future_amount + coalesce(cohort_value_errors.future_error_amount, 0)
            as total_high_amount
    from segments
    left join level_drift on segments.as_of_date = level_drift.valuation_date
    left join cohort_value_errors
        on
            segments.cohort_dimension = cohort_value_errors.cohort_dimension
            and segments.cohort_value = cohort_value_errors.cohort_value

)

select
    cohort_dimension,
    cohort_value,
    as_of_date,
    customer_count,
    cast(active_customer_count as {{ dbt.type_bigint() }}) as active_customer_count,
    cast(mrr_amount as {{ type_amount() }}) as mrr_amount,
    cast(arpa_amount as {{ type_amount() }}) as arpa_amount,
    logo_churn_rate,
    cast({{ rate(
        'arpa_amount * ' ~ var('gross_margin_rate'),
        'case when churn_count >= ' ~ var('min_simple_churns') ~ ' then logo_churn_rate end'
    ) }} as {{ type_amount() }}) as simple_ltv_amount,
    cast({{ rate('historic_amount', 'customer_count') }} as {{ type_amount() }}) as historic_ltv_amount,
    cast({{ rate('future_amount', 'customer_count') }} as {{ type_amount() }}) as expected_future_ltv_amount,
    -- The rounded parts add up.
    cast(
        cast({{ rate('historic_amount', 'customer_count') }} as {{ type_amount() }})
        + cast({{ rate('future_amount', 'customer_count') }} as {{ type_amount() }}) as {{ type_amount() }}
    ) as ltv_amount,
    cast({{ rate('total_low_amount', 'customer_count') }} as {{ type_amount() }}) as ltv_low_amount,
    cast({{ rate('total_high_amount', 'customer_count') }} as {{ type_amount() }}) as ltv_high_amount,
    cast(total_amount as {{ type_amount() }}) as total_ltv_amount,
    cast(total_low_amount as {{ type_amount() }}) as total_ltv_low_amount,
    cast(total_high_amount as {{ type_amount() }}) as total_ltv_high_amount,
    cast(calibrated_horizon_months as {{ dbt.type_int() }}) as calibrated_horizon_months
from valued_segments
