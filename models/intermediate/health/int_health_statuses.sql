-- Grain: one row per customer and month at whose end it pays: its health status, and since when it has it.
with

subjects as (select * from {{ ref('int_health_population') }}),

bands as (select * from {{ ref('int_health_bands') }}),

overrides as (select * from {{ ref('int_health_override_months') }}),

statuses as (

    select
        subjects.customer_id,
        subjects.activity_month,
        subjects.month_end_date,
        subjects.is_partial_month,
        subjects.mrr_amount,
        overrides.reason as override_reason,
        case
            when overrides.health_status is not null then overrides.health_status
            when subjects.age_days < {{ var('onboarding_days') }} then 'onboarding'
            else bands.health_status
        end as health_status
    from subjects
    left join bands
        on subjects.customer_id = bands.customer_id and subjects.activity_month = bands.activity_month
    left join overrides
        on subjects.customer_id = overrides.customer_id and subjects.activity_month = overrides.activity_month

),

previous_statuses as (

    select
        customer_id,
        activity_month,
        month_end_date,
        is_partial_month,
        mrr_amount,
        override_reason,
        health_status,
        case
            when {{ months_between('lag(activity_month) over customer_log', 'activity_month') }} = 1
                then lag(health_status) over customer_log
        end as previous_health_status
    from statuses
    window customer_log as (partition by customer_id order by activity_month asc)

),

runs as (

    select
        customer_id,
        activity_month,
        month_end_date,
        is_partial_month,
        mrr_amount,
        override_reason,
        health_status,
        previous_health_status,
        sum(case when health_status = previous_health_status then 0 else 1 end) over (
            partition by customer_id order by activity_month asc
        ) as run_number
    from previous_statuses

)

select
    customer_id,
    activity_month,
    -- The last day that the status looks at.
    cast({{ dbt.dateadd('day', -1, 'month_end_date') }} as date) as scored_date,
    is_partial_month,
    mrr_amount,
    override_reason,
    health_status,
    previous_health_status,
    case
        when health_status is not null
            then
                cast(
                    {{ dbt.dateadd(
                        'day', -1, 'min(month_end_date) over (partition by customer_id, run_number)'
                    ) }} as date
                )
    end as status_since_date
from runs
