-- How many customers churn within the horizon of health: the survival curves and churn_probability_90d agree in total,
-- within the chance by which so many customers differ from what is expected of them (var `confidence_z_score`). A
-- warning: where churn has changed of late, one of the two is right before the other.
{{ config(group='segments', severity='warn') }}
with

ranks as (select * from {{ ref('int_priority_ranks') }}),

expected_values as (select * from {{ ref('int_customer_expected_values') }}),

-- One population: customers of whom every estimate is known. Another estimate, as of a forecast, is one more column.
estimates as (

    select
        cast(ranks.churn_probability as {{ type_double() }}) as probability_rate,
        cast(1 - expected_values.stay_rate_90d as {{ type_double() }}) as curve_rate
    from ranks
    inner join expected_values
        on
            ranks.customer_id = expected_values.customer_id
            and ranks.activity_month = expected_values.activity_month
            and expected_values.value_horizon = 'lifetime'
    where
        ranks.is_as_of_month
        and ranks.churn_probability is not null
        and expected_values.stay_rate_90d is not null

),

totals as (

    select
        count(*) as customer_count,
        sum(probability_rate) as probability_churn_count,
        sum(curve_rate) as curve_churn_count,
        {{ var('confidence_z_score') }} * sqrt(sum(probability_rate * (1 - probability_rate))) as chance_count
    from estimates

)

select
    'survival curves against churn_probability_90d' as compared,
    customer_count,
    curve_churn_count,
    probability_churn_count,
    chance_count
from totals
where abs(curve_churn_count - probability_churn_count) > chance_count
