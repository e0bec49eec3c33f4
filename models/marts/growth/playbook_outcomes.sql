-- Grain: one row per month that is three months ago or more, and segment with customers at its end.
with

outcomes as (select * from {{ ref('int_segment_outcomes') }}),

segments as (select * from {{ ref('segments') }}),

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
    cast(totals.band_up_count as {{ dbt.type_bigint() }}) as band_up_count,
    cast(totals.band_down_count as {{ dbt.type_bigint() }}) as band_down_count,
    cast(totals.tier_up_count as {{ dbt.type_bigint() }}) as tier_up_count,
    cast(totals.tier_down_count as {{ dbt.type_bigint() }}) as tier_down_count,
    cast(totals.left_count as {{ dbt.type_bigint() }}) as left_count,
    {{ rate('totals.band_up_count', 'totals.customer_count') }} as band_up_rate,
    {{ rate('totals.left_count', 'totals.customer_count') }} as left_rate,
    cast(totals.mrr_amount as {{ type_amount() }}) as mrr_amount,
    cast(totals.later_mrr_amount as {{ type_amount() }}) as later_mrr_amount,
    {{ rate('totals.later_mrr_amount', 'totals.mrr_amount') }} as retained_mrr_rate
from totals
inner join segments on totals.segment_name = segments.segment_name
