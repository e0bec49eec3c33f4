-- Grain: one row per feature, age, first plan and size (filter: with customers that adopted the feature early).
with

retentions as (select * from {{ ref('int_customer_retentions') }}),

feature_uses as (select * from {{ ref('int_feature_uses') }}),

features as (select * from {{ ref('features') }}),

customers_by_stratum as (

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

early_uses as (

    select
        retentions.customer_id,
        retentions.months_since_cohort,
        retentions.plan_name,
        retentions.customer_size,
        retentions.is_retained,
        feature_uses.feature
    from retentions
    inner join feature_uses on retentions.customer_id = feature_uses.customer_id
    where
        retentions.has_stayed
        and feature_uses.feature is not null
        and {{ days_between('retentions.started_date', 'feature_uses.first_used_date') }} < {{ var('adoption_days') }}

),

adoptions as (

    select
        customer_id,
        months_since_cohort,
        plan_name,
        customer_size,
        is_retained,
        feature as feature_name,
        false as is_whole_personalisation
    from early_uses

    union distinct

    -- Any feature of personalisation counts as personalisation, once a customer.
    select
        early_uses.customer_id,
        early_uses.months_since_cohort,
        early_uses.plan_name,
        early_uses.customer_size,
        early_uses.is_retained,
        'personalisation' as feature_name,
        true as is_whole_personalisation
    from early_uses
    inner join features on early_uses.feature = features.feature and features.is_personalisation

),

adopters as (

    select
        feature_name,
        is_whole_personalisation,
        months_since_cohort,
        plan_name,
        customer_size,
        count(*) as adopter_count,
        sum(case when is_retained then 1 else 0 end) as adopter_retained_count
    from adoptions
    group by feature_name, is_whole_personalisation, months_since_cohort, plan_name, customer_size

)

select
    adopters.feature_name,
    adopters.is_whole_personalisation,
    adopters.months_since_cohort,
    adopters.plan_name,
    adopters.customer_size,
    cast(customers_by_stratum.customer_count as {{ type_double() }}) as customer_count,
    cast(adopters.adopter_count as {{ type_double() }}) as adopter_count,
    cast(adopters.adopter_retained_count as {{ type_double() }}) as adopter_retained_count,
    cast(customers_by_stratum.customer_count - adopters.adopter_count as {{ type_double() }}) as other_count,
    cast(customers_by_stratum.retained_count - adopters.adopter_retained_count as {{ type_double() }})
        as other_retained_count
from adopters
inner join customers_by_stratum
    on
        adopters.months_since_cohort = customers_by_stratum.months_since_cohort
        and adopters.plan_name = customers_by_stratum.plan_name
        and adopters.customer_size = customers_by_stratum.customer_size
