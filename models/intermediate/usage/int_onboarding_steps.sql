-- Grain: one row per customer and onboarding step (filter: done in the onboarding period).
with

feature_uses as (select * from {{ ref('int_feature_uses') }}),

features as (select * from {{ ref('features') }})

select
    feature_uses.customer_id,
    feature_uses.feature,
    feature_uses.first_used_date as done_date,
    feature_uses.onboarding_known_date as known_date
from feature_uses
inner join features on feature_uses.feature = features.feature
where features.is_onboarding_step and feature_uses.onboarding_known_date is not null
