-- Grain: one row per customer (filter: with MRR on the as-of day).
with

segment_months as (select * from {{ ref('int_segment_months') }}),

months as (select * from {{ ref('int_months') }}),

-- What the survival curve alone puts in question within the horizon of health.
curve_losses as (

    select
        customer_id,
        cast((1 - stay_rate_90d) * value_amount * {{ var('gross_margin_rate') }} as {{ type_amount() }})
            as expected_loss_amount
    from {{ ref('int_customer_expected_values') }}
    where is_as_of and value_horizon = 'lifetime'

)

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
    curve_losses.expected_loss_amount,
    -- Without health the curve ranks, and without a curve MRR.
    row_number() over (
        order by
            segment_months.value_at_risk_amount desc nulls last,
            curve_losses.expected_loss_amount desc nulls last,
            segment_months.mrr_amount desc,
            segment_months.customer_id asc
    ) as priority_rank
from segment_months
inner join months on segment_months.activity_month = months.activity_month
left join curve_losses on segment_months.customer_id = curve_losses.customer_id
where months.is_as_of_month
