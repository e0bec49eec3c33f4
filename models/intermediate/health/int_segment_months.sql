-- Grain: one row per customer and month (filter: scored population, months with a valuation date): its segment.
with

statuses as (select * from {{ ref('int_health_statuses') }}),

scores as (select * from {{ ref('int_health_scores') }}),

value_months as (select * from {{ ref('int_customer_value_months') }}),

value_tiers as (select * from {{ ref('value_tiers') }}),

segments as (select * from {{ ref('segments') }})

select
    statuses.customer_id,
    statuses.activity_month,
    statuses.scored_date,
    statuses.is_partial_month,
    statuses.health_status,
    scores.health_score,
    value_tiers.value_tier,
    segments.segment_name,
    segments.play,
    segments.owner_role,
    segments.act_within_days,
    statuses.mrr_amount,
    value_months.ltv_amount,
    -- The part of the lifetime value that the health score puts in question.
    {{ as_amount('value_months.ltv_amount * (100 - scores.health_score) * 0.01') }} as value_at_risk_amount
from statuses
inner join scores
    on statuses.customer_id = scores.customer_id and statuses.activity_month = scores.activity_month
inner join value_months
    on statuses.customer_id = value_months.customer_id and statuses.activity_month = value_months.activity_month
inner join value_tiers
    on
        value_months.ltv_percentile >= coalesce(value_tiers.min_ltv_percentile, 0)
        and coalesce(value_months.ltv_percentile < value_tiers.max_ltv_percentile, true)
inner join segments
    on
        coalesce(statuses.health_status, 'unknown') = segments.health_status
        and value_tiers.value_tier = segments.value_tier
