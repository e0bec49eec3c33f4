-- Grain: one row per month and window of months that ends with it.
with

unit_economics as (select * from {{ ref('unit_economics') }}),

months as (select * from {{ ref('int_months') }}),

bands as (select * from {{ ref('ltv_cac_bands') }}),

month_windows as (

    select
        activity_month,
        is_partial_month,
        1 as window_months
    from months

    union all

    select
        activity_month,
        is_partial_month,
        12 as window_months
    from months

),

spend_starts as (

    select min(cohort_month) as spend_month
    from unit_economics
    where spend_amount is not null

),

totals as (

    select
        month_windows.activity_month,
        month_windows.is_partial_month,
        month_windows.window_months,
        -- Unknown as soon as it is for one channel and month.
        case
            when
                month_windows.activity_month >= spend_starts.spend_month
                and count(unit_economics.spend_amount) = count(unit_economics.cohort_month)
                then coalesce(sum(unit_economics.spend_amount), 0)
        end as spend_amount,
        coalesce(sum(unit_economics.new_customer_count), 0) as new_customer_count,
        sum(unit_economics.cohort_mrr_amount) as cohort_mrr_amount,
        -- Unknown as soon as one channel's is.
        case
            when
                count(unit_economics.cohort_ltv_amount)
                = sum(case when unit_economics.new_customer_count > 0 then 1 end)
                then sum(unit_economics.cohort_ltv_amount)
        end as cohort_ltv_amount
    from month_windows
    cross join spend_starts
    left join unit_economics
        on
            month_windows.activity_month >= unit_economics.cohort_month
            and {{ add_months('month_windows.activity_month', '-month_windows.window_months') }}
            < unit_economics.cohort_month
    group by
        month_windows.activity_month,
        month_windows.is_partial_month,
        month_windows.window_months,
        spend_starts.spend_month

),

rates as (

    select
        activity_month,
        is_partial_month,
        window_months,
        spend_amount,
        new_customer_count,
        cohort_mrr_amount,
        {{ rate('spend_amount', 'new_customer_count') }} as cac_amount,
        {{ rate('cohort_mrr_amount', 'new_customer_count') }} as arpa_amount,
        {{ rate('cohort_ltv_amount', 'new_customer_count') }} as ltv_amount,
        {{ rate('cohort_ltv_amount', 'spend_amount') }} as ltv_cac_ratio
    from totals

)

select
    rates.activity_month,
    rates.is_partial_month,
    rates.window_months,
    cast(rates.spend_amount as {{ type_amount() }}) as spend_amount,
    cast(rates.new_customer_count as {{ dbt.type_bigint() }}) as new_customer_count,
    cast(rates.cac_amount as {{ type_amount() }}) as cac_amount,
    cast(rates.arpa_amount as {{ type_amount() }}) as arpa_amount,
    cast(rates.ltv_amount as {{ type_amount() }}) as ltv_amount,
    rates.ltv_cac_ratio,
    {{ rate(
        'case when rates.new_customer_count > 0 then rates.spend_amount end',
        'rates.cohort_mrr_amount * ' ~ var('gross_margin_rate')
    ) }} as payback_months,
    bands.ltv_cac_status
from rates
left join bands
    on
        rates.ltv_cac_ratio >= coalesce(bands.min_ltv_cac_ratio, rates.ltv_cac_ratio)
        and (rates.ltv_cac_ratio < bands.max_ltv_cac_ratio or bands.max_ltv_cac_ratio is null)
