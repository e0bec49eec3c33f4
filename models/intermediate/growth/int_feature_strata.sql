-- Grain: one row per feature, age, first plan and size with customers that adopted it early.
with

retentions as (select * from {{ ref('int_customer_retentions') }}),

adoptions as (select * from {{ ref('int_feature_adoptions') }}),

strata as (

    select
        months_since_cohort,
        plan_name,
        customer_size,
        count(*) as customer_count,
        sum(case when is_retained then 1 else 0 end) as retained_count
    from retentions
    where has_stayed
    group by months_since_cohort, plan_name, customer_size

),

adopters as (

    select
        adoptions.feature_name,
        adoptions.is_whole_personalisation,
        retentions.months_since_cohort,
        retentions.plan_name,
        retentions.customer_size,
        count(*) as adopter_count,
        sum(case when retentions.is_retained then 1 else 0 end) as adopter_retained_count
    from retentions
    inner join adoptions on retentions.customer_id = adoptions.customer_id
    where retentions.has_stayed
    group by
        adoptions.feature_name,
        adoptions.is_whole_personalisation,
        retentions.months_since_cohort,
        retentions.plan_name,
        retentions.customer_size

)

select
    adopters.feature_name,
    adopters.is_whole_personalisation,
    adopters.months_since_cohort,
    adopters.plan_name,
    adopters.customer_size,
    cast(strata.customer_count as {{ type_double() }}) as customer_count,
    cast(adopters.adopter_count as {{ type_double() }}) as adopter_count,
    cast(adopters.adopter_retained_count as {{ type_double() }}) as adopter_retained_count,
    cast(strata.customer_count - adopters.adopter_count as {{ type_double() }}) as other_count,
    cast(strata.retained_count - adopters.adopter_retained_count as {{ type_double() }}) as other_retained_count
from adopters
inner join strata
    on
        adopters.months_since_cohort = strata.months_since_cohort
        and adopters.plan_name = strata.plan_name
        and adopters.customer_size = strata.customer_size
