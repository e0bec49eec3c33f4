-- Grain: one row per customer that has used a feature which brings what the product was bought for.
with

known_usage as (

    select * from {{ ref('int_known_usage') }}

),

features as (

    select * from {{ ref('features') }}

)

select
    known_usage.customer_id,
    min(known_usage.activity_date) as first_value_date
from known_usage
inner join features on known_usage.feature = features.feature
where features.is_first_value
group by known_usage.customer_id
