-- Grain: one row per month and segment with customers at its end (filter: three month ends ago or more).
with

segment_months as (select * from {{ ref('int_segment_months') }}),

months as (select * from {{ ref('int_months') }}),

segments as (select * from {{ ref('segments') }}),

bands as (select * from {{ ref('health_bands') }}),

tiers as (select * from {{ ref('value_tiers') }}),

ranked_months as (

    select
        segment_months.customer_id,
        segment_months.activity_month,
        segment_months.segment_name,
        segment_months.mrr_amount,
        -- The lowest band and the lowest tier start at nothing.
        case when bands.health_status is not null then coalesce(bands.min_score, 0) end as band_floor,
        coalesce(tiers.min_ltv_percentile, 0) as tier_floor
    from segment_months
    inner join tiers on segment_months.value_tier = tiers.value_tier
    left join bands on segment_months.health_status = bands.health_status

),

outcomes as (

    select
        ranked_months.activity_month,
        ranked_months.segment_name,
        ranked_months.mrr_amount,
        coalesce(later_months.mrr_amount, 0) as later_mrr_amount,
        case when later_months.customer_id is null then 1 else 0 end as has_left,
        case when later_months.band_floor > ranked_months.band_floor then 1 else 0 end as is_band_up,
        case when later_months.band_floor < ranked_months.band_floor then 1 else 0 end as is_band_down,
        case when later_months.tier_floor > ranked_months.tier_floor then 1 else 0 end as is_tier_up,
        case when later_months.tier_floor < ranked_months.tier_floor then 1 else 0 end as is_tier_down
    from ranked_months
    inner join months
        on
            {{ add_months('ranked_months.activity_month', 3) }} = months.activity_month
            and not months.is_partial_month
    left join ranked_months as later_months
        on
            ranked_months.customer_id = later_months.customer_id
            and months.activity_month = later_months.activity_month

),

totals as (

    select
        activity_month,
        segment_name,
        count(*) as customer_count,
        sum(is_band_up) as band_up_count,
        sum(is_band_down) as band_down_count,
        sum(is_tier_up) as tier_up_count,
        sum(is_tier_down) as tier_down_count,
        sum(has_left) as left_count,
        sum(mrr_amount) as mrr_amount,
        sum(later_mrr_amount) as later_mrr_amount
    from outcomes
    group by activity_month, segment_name

)

select
    totals.activity_month,
    totals.segment_name,
    segments.health_status,
    segments.value_tier,
    segments.play,
    totals.customer_count,
    -- Where health is not known, neither is whether it changed.
    case when segments.health_status <> 'unknown' then cast(totals.band_up_count as {{ dbt.type_bigint() }}) end
        as band_up_count,
    case when segments.health_status <> 'unknown' then cast(totals.band_down_count as {{ dbt.type_bigint() }}) end
        as band_down_count,
    cast(totals.tier_up_count as {{ dbt.type_bigint() }}) as tier_up_count,
    cast(totals.tier_down_count as {{ dbt.type_bigint() }}) as tier_down_count,
    cast(totals.left_count as {{ dbt.type_bigint() }}) as left_count,
    case when segments.health_status <> 'unknown' then {{ rate('totals.band_up_count', 'totals.customer_count') }} end
        as band_up_rate,
    {{ rate('totals.left_count', 'totals.customer_count') }} as left_rate,
    cast(totals.mrr_amount as {{ type_amount() }}) as mrr_amount,
    cast(totals.later_mrr_amount as {{ type_amount() }}) as later_mrr_amount,
    {{ rate('totals.later_mrr_amount', 'totals.mrr_amount') }} as retained_mrr_rate
from totals
inner join segments on totals.segment_name = segments.segment_name
