-- Grain: one row per acquisition channel and cohort month.
with

acquisition_months as (select * from {{ ref('int_acquisition_months') }}),

cohorts as (select * from {{ ref('int_customer_cohorts') }}),

movements as (select * from {{ ref('int_customer_movements') }}),

customer_ltv as (select * from {{ ref('customer_ltv') }}),

months as (select * from {{ ref('int_months') }}),

bands as (select * from {{ ref('ltv_cac_bands') }}),

-- Lifetime value must be this many times what was spent to win the customer.
targets as (

    select min_ltv_cac_ratio as target_ltv_cac_ratio
    from bands
    where ltv_cac_status = 'green'

),

-- What was spent, and how many leads came, is not known before the first record of it, or at all.
tracking_starts as (

    select
        min(case when spend_amount <> 0 then cohort_month end) as spend_month,
        min(case when lead_count > 0 then cohort_month end) as lead_month
    from acquisition_months

),

known_months as (

    select
        acquisition_months.acquisition_channel,
        acquisition_months.cohort_month,
        case
            when acquisition_months.cohort_month >= tracking_starts.spend_month then acquisition_months.spend_amount
        end as spend_amount,
        case when acquisition_months.cohort_month >= tracking_starts.lead_month then acquisition_months.lead_count end
            as lead_count,
        acquisition_months.new_customer_count,
        acquisition_months.cohort_mrr_amount
    from acquisition_months
    cross join tracking_starts

),

cohort_values as (

    select
        cohorts.acquisition_channel,
        cohorts.cohort_month,
        -- Unknown as soon as that of one new customer is.
        case when count(customer_ltv.ltv_amount) = count(*) then sum(customer_ltv.ltv_amount) end
            as cohort_ltv_amount
    from cohorts
    inner join movements on cohorts.customer_id = movements.customer_id and movements.movement_type = 'new'
    inner join customer_ltv on cohorts.customer_id = customer_ltv.customer_id
    group by cohorts.acquisition_channel, cohorts.cohort_month

),

economics as (

    select
        known_months.acquisition_channel,
        known_months.cohort_month,
        known_months.spend_amount,
        known_months.lead_count,
        known_months.new_customer_count,
        known_months.cohort_mrr_amount,
        cohort_values.cohort_ltv_amount,
        {{ rate('known_months.spend_amount', 'known_months.new_customer_count') }} as cac_amount,
        {{ rate('known_months.cohort_mrr_amount', 'known_months.new_customer_count') }} as arpa_amount,
        {{ rate('cohort_values.cohort_ltv_amount', 'known_months.new_customer_count') }} as ltv_amount,
        {{ rate('cohort_values.cohort_ltv_amount', 'known_months.spend_amount') }} as ltv_cac_ratio
    from known_months
    left join cohort_values
        on
            known_months.acquisition_channel = cohort_values.acquisition_channel
            and known_months.cohort_month = cohort_values.cohort_month

)

select
    economics.acquisition_channel,
    economics.cohort_month,
    coalesce(months.is_partial_month, false) as is_partial_month,
    cast(economics.spend_amount as {{ type_amount() }}) as spend_amount,
    cast(economics.lead_count as {{ dbt.type_bigint() }}) as lead_count,
    cast(economics.new_customer_count as {{ dbt.type_bigint() }}) as new_customer_count,
    cast(economics.cohort_mrr_amount as {{ type_amount() }}) as cohort_mrr_amount,
    cast(economics.cohort_ltv_amount as {{ type_amount() }}) as cohort_ltv_amount,
    cast(economics.cac_amount as {{ type_amount() }}) as cac_amount,
    cast(economics.arpa_amount as {{ type_amount() }}) as arpa_amount,
    cast(economics.ltv_amount as {{ type_amount() }}) as ltv_amount,
    economics.ltv_cac_ratio,
    {{ rate(
        'case when economics.new_customer_count > 0 then economics.spend_amount end',
        'economics.cohort_mrr_amount * ' ~ var('gross_margin_rate')
    ) }} as payback_months,
    cast(
        {{ rate(
            'case when economics.ltv_amount < 0 then 0 else economics.ltv_amount end',
            'targets.target_ltv_cac_ratio'
        ) }} as {{ type_amount() }}
    ) as max_cac_amount,
    bands.ltv_cac_status
from economics
cross join targets
left join months on economics.cohort_month = months.activity_month
left join bands
    on
        economics.ltv_cac_ratio >= coalesce(bands.min_ltv_cac_ratio, economics.ltv_cac_ratio)
        and (economics.ltv_cac_ratio < bands.max_ltv_cac_ratio or bands.max_ltv_cac_ratio is null)
