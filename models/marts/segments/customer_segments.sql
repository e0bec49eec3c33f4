-- Grain: one row per customer (filter: with MRR on the as-of day).
with

segment_months as (select * from {{ ref('int_segment_months') }}),

months as (select * from {{ ref('int_months') }})

select
    segment_months.customer_id,
    segment_months.scored_date as as_of_date,
    segment_months.health_status,
    segment_months.value_tier,
    segment_months.segment_name,
    segment_months.play,
    segment_months.owner_role,
    segment_months.act_within_days,
    cast(segment_months.mrr_amount as {{ type_amount() }}) as mrr_amount,
    segment_months.ltv_amount,
    segment_months.health_score,
    segment_months.value_at_risk_amount,
    row_number() over (
        order by
            segment_months.value_at_risk_amount desc nulls last,
            segment_months.mrr_amount desc,
            segment_months.customer_id asc
    ) as priority_rank
from segment_months
inner join months on segment_months.activity_month = months.activity_month
where months.is_as_of_month
