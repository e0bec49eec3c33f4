-- Grain: one row per customer and month at whose end an override of its health status holds.
with

subjects as (select * from {{ ref('int_health_population') }}),

overrides as (select * from {{ ref('health_overrides') }}),

-- Where several hold, the one that came last counts.
ranked_overrides as (

    select
        subjects.customer_id,
        subjects.activity_month,
        overrides.health_status,
        overrides.reason,
        row_number() over (
            partition by subjects.customer_id, subjects.activity_month
            order by overrides.valid_from_date desc, overrides.health_status asc, overrides.reason asc
        ) as recency
    from subjects
    inner join overrides
        on
            subjects.customer_id = overrides.customer_id
            and subjects.month_end_date > overrides.valid_from_date
            and subjects.month_end_date <= overrides.expires_date

)

select
    customer_id,
    activity_month,
    health_status,
    reason
from ranked_overrides
where recency = 1
