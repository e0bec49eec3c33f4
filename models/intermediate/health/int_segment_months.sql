-- Grain: one row per paying customer and month, of those that lifetimes are judged as of: its segment.
with

health_months as (select * from {{ ref('int_health_months') }}),

value_months as (select * from {{ ref('int_customer_value_months') }}),

value_tiers as (select * from {{ ref('value_tiers') }}),

segments as (select * from {{ ref('segments') }})

select
    health_months.customer_id,
    health_months.activity_month,
    health_months.scored_date,
    health_months.is_partial_month,
    health_months.health_status,
    health_months.health_score,
    value_tiers.value_tier,
    segments.segment_name,
    segments.play,
    segments.owner_role,
    segments.act_within_days,
    health_months.mrr_amount,
    value_months.ltv_amount,
    -- What is lost of the customer's worth if it goes on as its health says.
    cast(value_months.ltv_amount * (100 - health_months.health_score) / 100 as {{ type_amount() }})
        as value_at_risk_amount
from health_months
inner join value_months
    on
        health_months.customer_id = value_months.customer_id
        and health_months.activity_month = value_months.activity_month
inner join value_tiers
    on
        value_months.ltv_percentile >= coalesce(value_tiers.min_ltv_percentile, 0)
        and coalesce(value_months.ltv_percentile < value_tiers.max_ltv_percentile, true)
inner join segments
    on
        coalesce(health_months.health_status, 'unknown') = segments.health_status
        and value_tiers.value_tier = segments.value_tier
