-- Grain: one row per valuation date, survival segment and age band (filter: bands with renewals).
with

life_tables as (select * from {{ ref('int_retention_life_tables') }}),

-- Each band of months of service is about half again as long as the one before it.
bands as (

    select
        valuation_date,
        survival_segment,
        cast(
            floor(2 * ln(cast(period_number * period_months as {{ type_double() }})) / ln(2) + 0.000000001)
            as {{ dbt.type_int() }}
        ) as age_band,
        period_number,
        churn_count,
        at_risk_count
    from life_tables
    where period_number > 0 and at_risk_count > 0

),

later_churns as (

    select
        valuation_date,
        survival_segment,
        age_band,
        sum(sum(churn_count)) over (partition by valuation_date, survival_segment order by age_band desc)
            as later_churn_count
    from bands
    group by valuation_date, survival_segment, age_band

),

-- The last band reaches back to where enough have churned: it stands for all ages beyond.
tails as (

    select
        valuation_date,
        survival_segment,
        coalesce(
            max(case when later_churn_count >= {{ var('min_tail_churns') }} then age_band end), min(age_band)
        ) as tail_age_band
    from later_churns
    group by valuation_date, survival_segment

),

merged_bands as (

    select
        bands.valuation_date,
        bands.survival_segment,
        least(bands.age_band, tails.tail_age_band) as age_band,
        min(bands.period_number) as first_period_number,
        cast(sum(bands.churn_count) as {{ dbt.type_bigint() }}) as churn_count,
        cast(sum(bands.at_risk_count) as {{ dbt.type_bigint() }}) as at_risk_count
    from bands
    inner join tails
        on bands.valuation_date = tails.valuation_date and bands.survival_segment = tails.survival_segment
    group by bands.valuation_date, bands.survival_segment, least(bands.age_band, tails.tail_age_band)

)

select
    valuation_date,
    survival_segment,
    age_band,
    first_period_number,
    lead(first_period_number) over (partition by valuation_date, survival_segment order by age_band asc)
    - 1 as last_period_number,
    churn_count,
    at_risk_count,
    cast(churn_count as {{ type_double() }}) / at_risk_count as hazard_rate,
    -- Both terms vanish where none or all have churned.
    coalesce(churn_count * ln(nullif(cast(churn_count as {{ type_double() }}) / at_risk_count, 0)), 0)
    + coalesce(
        (at_risk_count - churn_count) * ln(nullif(1 - cast(churn_count as {{ type_double() }}) / at_risk_count, 0)), 0
    ) as log_likelihood
from merged_bands
