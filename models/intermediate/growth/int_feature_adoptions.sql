-- Grain: one row per customer and feature that it used in its first days; personalisation is one of them.
with

feature_uses as (select * from {{ ref('int_feature_uses') }}),

starts as (select * from {{ ref('int_customers') }}),

features as (select * from {{ ref('features') }}),

early_usage as (

    select
        feature_uses.customer_id,
        feature_uses.feature
    from feature_uses
    inner join starts on feature_uses.customer_id = starts.customer_id
    where
        feature_uses.feature is not null
        and {{ days_between('starts.started_date', 'feature_uses.first_used_date') }} < {{ var('adoption_days') }}

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
