-- Grain: one row per customer and month (filter: downgraded to a worse band): whether the downgrade opened an alert.
with

downgrades as (select * from {{ ref('int_health_downgrades') }}),

outcomes as (select * from {{ ref('int_health_outcomes') }}),

-- What was set by hand tells nothing of what the score tells.
kinds as (

    select
        to_health_status,
        expires_date,
        count(*) as downgrade_count,
        sum(case when churned_date is not null then 1 else 0 end) as true_count
    from downgrades
    where override_reason is null
    group by to_health_status, expires_date

),

opened_kinds as (

    select distinct
        to_health_status,
        opened_date
    from downgrades

),

kinds_known as (

    select
        opened_kinds.to_health_status,
        opened_kinds.opened_date,
        sum(kinds.downgrade_count) as known_downgrade_count,
        sum(kinds.true_count) as known_true_count,
        {{ rate('sum(kinds.true_count)', 'sum(kinds.downgrade_count)') }} as known_precision_rate
    from opened_kinds
    inner join kinds
        on
            opened_kinds.to_health_status = kinds.to_health_status
            and opened_kinds.opened_date >= kinds.expires_date
    group by opened_kinds.to_health_status, opened_kinds.opened_date

),

outcome_counts as (

    select
        horizon_date,
        count(*) as case_count,
        sum(case when has_churned then 1 else 0 end) as churn_count
    from outcomes
    where is_observed
    group by horizon_date

),

opened_dates as (

    select distinct opened_date from downgrades

),

rates_known as (

    select
        opened_dates.opened_date,
        {{ rate('sum(outcome_counts.churn_count)', 'sum(outcome_counts.case_count)') }} as known_churn_rate
    from opened_dates
    inner join outcome_counts on opened_dates.opened_date >= outcome_counts.horizon_date
    group by opened_dates.opened_date

)

select
    downgrades.customer_id,
    downgrades.activity_month,
    downgrades.opened_date,
    downgrades.from_health_status,
    downgrades.to_health_status,
    downgrades.mrr_amount,
    downgrades.override_reason,
    downgrades.expires_date,
    downgrades.recovered_date,
    downgrades.churned_date,
    downgrades.alert_status,
    downgrades.is_observed,
    cast(coalesce(kinds_known.known_downgrade_count, 0) as {{ dbt.type_bigint() }}) as known_downgrade_count,
    kinds_known.known_precision_rate,
    rates_known.known_churn_rate,
    -- A person who sets a status knows why; a score opens an alert where such downgrades have told something.
    downgrades.override_reason is not null
    or coalesce(
        kinds_known.known_true_count >= {{ var('min_true_alerts') }}
        and kinds_known.known_precision_rate >= {{ var('min_alert_lift') }} * rates_known.known_churn_rate,
        false
    ) as is_opened
from downgrades
left join kinds_known
    on
        downgrades.to_health_status = kinds_known.to_health_status
        and downgrades.opened_date = kinds_known.opened_date
left join rates_known on downgrades.opened_date = rates_known.opened_date
