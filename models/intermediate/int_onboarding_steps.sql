-- Grain: one row per customer and onboarding step done in its first days.
with

known_usage as (

    select * from {{ ref('int_known_usage') }}

),

starts as (

    select * from {{ ref('int_customer_starts') }}

),

features as (

    select * from {{ ref('features') }}

)

select
    known_usage.customer_id,
    known_usage.feature,
    min(known_usage.activity_date) as done_date,
    min(known_usage.known_date) as known_date
from known_usage
inner join starts on known_usage.customer_id = starts.customer_id
inner join features on known_usage.feature = features.feature
where
    features.is_onboarding_step
    and {{ days_between('starts.started_date', 'known_usage.activity_date') }} < {{ var('onboarding_days') }}
group by known_usage.customer_id, known_usage.feature
