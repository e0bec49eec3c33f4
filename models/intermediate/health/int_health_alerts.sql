-- Grain: one row per customer and month in which its health status fell to a worse band: how the alert went on.
with

falls as (select * from {{ ref('int_health_falls') }}),

statuses as (select * from {{ ref('int_health_statuses') }}),

renewal_dates as (select * from {{ ref('int_renewal_dates') }}),

bands as (select * from {{ ref('health_bands') }}),

run_settings as (select * from {{ ref('run_settings') }}),

recoveries as (

    select
        falls.customer_id,
        falls.activity_month,
        min(statuses.scored_date) as recovered_date
    from falls
    inner join statuses
        on
            falls.customer_id = statuses.customer_id
            and falls.opened_date < statuses.scored_date
            and falls.expires_date >= statuses.scored_date
    inner join bands on statuses.health_status = bands.health_status
    where bands.min_score >= falls.from_min_score
    group by falls.customer_id, falls.activity_month

),

endings as (

    select
        falls.customer_id,
        falls.activity_month,
        falls.opened_date,
        falls.expires_date,
        falls.from_health_status,
        falls.to_health_status,
        falls.mrr_amount,
        falls.override_reason,
        recoveries.recovered_date,
        case when renewal_dates.churned_date <= falls.expires_date then renewal_dates.churned_date end as churned_date,
        run_settings.as_of_date
    from falls
    cross join run_settings
    left join recoveries
        on falls.customer_id = recoveries.customer_id and falls.activity_month = recoveries.activity_month
    left join renewal_dates
        on falls.customer_id = renewal_dates.customer_id and falls.activity_month = renewal_dates.activity_month

)

select
    customer_id,
    activity_month,
    opened_date,
    from_health_status,
    to_health_status,
    mrr_amount,
    override_reason,
    expires_date,
    recovered_date,
    churned_date,
    case
        when opened_date = as_of_date then 'opened'
        when recovered_date is not null and coalesce(recovered_date < churned_date, true) then 'resolved'
        when churned_date is not null or expires_date < as_of_date then 'expired'
        else 'standing'
    end as alert_status,
    expires_date < {{ month_start('as_of_date') }} as is_observed
from endings
