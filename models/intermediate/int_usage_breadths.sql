-- Grain: one row per customer and month with usage in the days before its end: how many people used how many features.
with

known_usage as (

    select * from {{ ref('int_known_usage') }}

),

windows as (

    select * from {{ ref('int_usage_windows') }}

),

features as (

    select * from {{ ref('features') }}

),

window_usage as (

    select
        known_usage.customer_id,
        windows.activity_month,
        known_usage.user_id,
        known_usage.feature
    from known_usage
    inner join windows
        on
            known_usage.activity_date = windows.activity_date
            and known_usage.known_date < windows.month_end_date
    where windows.is_latest
    group by known_usage.customer_id, windows.activity_month, known_usage.user_id, known_usage.feature

),

-- Each user and each feature once.
distinct_uses as (

    select
        customer_id,
        activity_month,
        user_id,
        cast(null as {{ dbt.type_string() }}) as feature
    from window_usage
    where user_id is not null
    group by customer_id, activity_month, user_id

    union all

    select
        customer_id,
        activity_month,
        cast(null as {{ dbt.type_string() }}) as user_id,
        feature
    from window_usage
    where feature is not null
    group by customer_id, activity_month, feature

)

select
    distinct_uses.customer_id,
    distinct_uses.activity_month,
    count(distinct_uses.user_id) as active_user_count,
    count(distinct_uses.feature) as feature_count,
    sum(case when features.is_personalisation then 1 else 0 end) as personalisation_count
from distinct_uses
left join features on distinct_uses.feature = features.feature
group by distinct_uses.customer_id, distinct_uses.activity_month
