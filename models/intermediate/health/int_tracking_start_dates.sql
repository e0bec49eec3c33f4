-- Grain: one row: since when the company has tracked usage, and what of it; null where it never has.
with

feature_uses as (select * from {{ ref('int_feature_uses') }}),

features as (select * from {{ ref('features') }}),

usage_starts as (

    select
        min(feature_uses.known_date) as usage_date,
        min(feature_uses.user_known_date) as user_date,
        min(case when feature_uses.feature is not null then feature_uses.known_date end) as feature_date,
        min(case when features.is_personalisation then feature_uses.known_date end) as personalisation_date,
        min(case when features.is_onboarding_step then feature_uses.known_date end) as onboarding_date
    from feature_uses
    left join features on feature_uses.feature = features.feature

),

onboarding_steps as (

    select count(*) as onboarding_step_count
    from features
    where is_onboarding_step

)

select
    usage_starts.usage_date,
    usage_starts.user_date,
    usage_starts.feature_date,
    usage_starts.personalisation_date,
    usage_starts.onboarding_date,
    onboarding_steps.onboarding_step_count
from usage_starts
cross join onboarding_steps
