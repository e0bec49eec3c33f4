-- Grain: one row per customer and month (filter: downgraded to a worse band): the downgrade and what came of it.
with

statuses as (select * from {{ ref('int_health_statuses') }}),

scores as (select * from {{ ref('int_health_scores') }}),

renewal_dates as (select * from {{ ref('int_renewal_dates') }}),

run_settings as (select * from {{ ref('run_settings') }}),

health_bands as (select * from {{ ref('health_bands') }}),

-- Only from green and amber: a customer that leaves the onboarding period in red was not downgraded.
downgrades as (

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
    inner join health_bands as from_bands on statuses.previous_health_status = from_bands.health_status
    inner join health_bands as to_bands on statuses.health_status = to_bands.health_status
    left join scores
        on statuses.customer_id = scores.customer_id and statuses.activity_month = scores.activity_month
    where
        coalesce(to_bands.min_score, 0) < coalesce(from_bands.min_score, 0)
        -- Other weights or thresholds are no downgrade: by the new ones, too, the month before was in a better band.
        and (
            statuses.override_reason is not null
            or not coalesce(scores.has_new_bands, false)
            or scores.previous_score
            >= case when statuses.health_status = 'red' then scores.amber_score else scores.green_score end
        )

),

recoveries as (

    select
        downgrades.customer_id,
        downgrades.activity_month,
        min(statuses.scored_date) as recovered_date
    from downgrades
    inner join statuses
        on
            downgrades.customer_id = statuses.customer_id
            and downgrades.opened_date < statuses.scored_date
            and downgrades.expires_date >= statuses.scored_date
    inner join health_bands on statuses.health_status = health_bands.health_status
    where health_bands.min_score >= downgrades.from_min_score
    group by downgrades.customer_id, downgrades.activity_month

),

endings as (

    select
        downgrades.customer_id,
        downgrades.activity_month,
        downgrades.opened_date,
        downgrades.expires_date,
        downgrades.from_health_status,
        downgrades.to_health_status,
        downgrades.mrr_amount,
        downgrades.override_reason,
        recoveries.recovered_date,
        case when renewal_dates.churned_date <= downgrades.expires_date then renewal_dates.churned_date end
            as churned_date,
        run_settings.as_of_date
    from downgrades
    cross join run_settings
    left join recoveries
        on downgrades.customer_id = recoveries.customer_id and downgrades.activity_month = recoveries.activity_month
    left join renewal_dates
        on
            downgrades.customer_id = renewal_dates.customer_id
            and downgrades.activity_month = renewal_dates.activity_month

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
