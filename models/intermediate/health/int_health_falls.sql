-- Grain: one row per customer and month in which its health status fell to a worse band.
with

statuses as (select * from {{ ref('int_health_statuses') }}),

bands as (select * from {{ ref('health_bands') }})

select
    statuses.customer_id,
    statuses.activity_month,
    statuses.scored_date as opened_date,
    statuses.previous_health_status as from_health_status,
    statuses.health_status as to_health_status,
    statuses.mrr_amount,
    statuses.override_reason,
    from_bands.min_score as from_min_score,
    cast({{ dbt.dateadd('day', var('health_horizon_days'), 'statuses.scored_date') }} as date) as expires_date
from statuses
inner join bands as from_bands on statuses.previous_health_status = from_bands.health_status
inner join bands as to_bands on statuses.health_status = to_bands.health_status
where coalesce(to_bands.min_score, 0) < coalesce(from_bands.min_score, 0)
