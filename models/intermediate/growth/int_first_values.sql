-- Grain: one row per customer that has used a feature which brings what the product was bought for.
with

feature_uses as (select * from {{ ref('int_feature_uses') }}),

features as (select * from {{ ref('features') }})

select
    feature_uses.customer_id,
    min(feature_uses.first_used_date) as first_value_date
from feature_uses
inner join features on feature_uses.feature = features.feature
where features.is_first_value
group by feature_uses.customer_id
