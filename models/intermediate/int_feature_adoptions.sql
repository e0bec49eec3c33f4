-- Grain: one row per customer and feature that it used in its first days; personalisation is one of them.
with

known_usage as (

    select * from {{ ref('int_known_usage') }}

),

starts as (

    select * from {{ ref('int_customer_starts') }}

),

features as (

    select * from {{ ref('features') }}

),

early_usage as (

    select
        known_usage.customer_id,
        known_usage.feature
    from known_usage
    inner join starts on known_usage.customer_id = starts.customer_id
    where
        known_usage.feature is not null
        and {{ days_between('starts.started_date', 'known_usage.activity_date') }} < {{ var('adoption_days') }}
    group by known_usage.customer_id, known_usage.feature

)

select
    customer_id,
    feature as feature_name,
    false as is_whole_personalisation
from early_usage

union

select
    early_usage.customer_id,
    'personalisation' as feature_name,
    true as is_whole_personalisation
from early_usage
inner join features on early_usage.feature = features.feature and features.is_personalisation
