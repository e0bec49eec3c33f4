-- Grain: one row per segment (health status x value tier).
with

segments as (select * from {{ ref('segments') }}),

run_settings as (select * from {{ ref('run_settings') }}),

customer_segments as (select * from {{ ref('customer_segments') }}),

segment_months as (select * from {{ ref('int_segment_months') }}),

outcomes as (select * from {{ ref('int_health_outcomes') }}),

members as (

    select
        segment_name,
        count(*) as customer_count,
        sum(mrr_amount) as mrr_amount,
        sum(ltv_amount) as ltv_amount,
        sum(value_at_risk_amount) as value_at_risk_amount
    from customer_segments
    group by segment_name

),

churns as (

    select
        segment_months.segment_name,
        count(*) as case_count,
        sum(case when outcomes.has_churned then 1 else 0 end) as churn_count
    from segment_months
    inner join outcomes
        on
            segment_months.customer_id = outcomes.customer_id
            and segment_months.activity_month = outcomes.activity_month
    where outcomes.is_observed
    group by segment_months.segment_name

)

select
    run_settings.as_of_date,
    segments.health_status,
    segments.value_tier,
    segments.segment_name,
    segments.play,
    segments.owner_role,
    segments.act_within_days,
    coalesce(members.customer_count, 0) as customer_count,
    cast(coalesce(members.mrr_amount, 0) as {{ type_amount() }}) as mrr_amount,
    cast(coalesce(members.ltv_amount, 0) as {{ type_amount() }}) as ltv_amount,
    cast(coalesce(members.value_at_risk_amount, 0) as {{ type_amount() }}) as value_at_risk_amount,
    {{ rate('churns.churn_count', 'churns.case_count') }} as churn_rate_90d
from segments
cross join run_settings
left join members on segments.segment_name = members.segment_name
left join churns on segments.segment_name = churns.segment_name
