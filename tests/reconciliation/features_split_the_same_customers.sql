-- At an age every feature splits the same customers, and as many retained ones, into adopters and others.
with

features as (

    select
        feature_name,
        months_since_cohort,
        customer_count,
        cast(
            adopter_count * adopter_retention_rate + other_count * coalesce(other_retention_rate, 0) + 0.5
            as {{ dbt.type_numeric() }}
        ) as retained_count
    from {{ ref('feature_stickiness') }}

)

select
    months_since_cohort,
    min(customer_count) as least_customer_count,
    max(customer_count) as most_customer_count
from features
group by months_since_cohort
having min(customer_count) <> max(customer_count) or max(retained_count) - min(retained_count) > 0.01
