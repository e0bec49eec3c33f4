-- At an age every feature splits the same customers, and as many retained ones, into adopters and others. Every feature
-- that was adopted early is there, with its adopters.
{{ config(group='growth') }}
with

features as (

    select
        feature_name,
        months_since_cohort,
        customer_count,
        adopter_count,
        cast(
            adopter_count * adopter_retention_rate + other_count * coalesce(other_retention_rate, 0) + 0.5
            as {{ dbt.type_numeric() }}
        ) as retained_count
    from {{ ref('feature_stickiness') }}

),

adoptions as (

    select
        feature_name,
        months_since_cohort,
        sum(adopter_count) as adopter_count
    from {{ ref('int_feature_strata') }}
    group by feature_name, months_since_cohort

)

select
    coalesce(features.months_since_cohort, adoptions.months_since_cohort) as months_since_cohort,
    min(features.customer_count) as least_customer_count,
    max(features.customer_count) as most_customer_count
from features
full outer join adoptions
    on
        features.feature_name = adoptions.feature_name
        and features.months_since_cohort = adoptions.months_since_cohort
group by coalesce(features.months_since_cohort, adoptions.months_since_cohort)
having
    min(features.customer_count) <> max(features.customer_count)
    or max(features.retained_count) - min(features.retained_count) > 0.01
    or sum(case when features.adopter_count = adoptions.adopter_count then 0 else 1 end) > 0
