-- Grain: one row per customer and month (filter: scored population): its health status, and since when it has it.
{%- set customer_log = 'partition by customer_id order by activity_month asc' %}
with

population as (select * from {{ ref('int_health_population') }}),

scores as (select * from {{ ref('int_health_scores') }}),

health_overrides as (select * from {{ ref('health_overrides') }}),

-- Where several overrides are in force, the latest counts.
overrides as (

    select
        population.customer_id,
        population.activity_month,
        health_overrides.health_status,
        health_overrides.reason,
        row_number() over (
            partition by population.customer_id, population.activity_month
            order by
                health_overrides.valid_from_date desc, health_overrides.health_status asc, health_overrides.reason asc
        ) as recency
    from population
    inner join health_overrides
        on
            population.customer_id = health_overrides.customer_id
            and population.month_end_date > health_overrides.valid_from_date
            and population.month_end_date <= health_overrides.expires_date

),

statuses as (

    select
        population.customer_id,
        population.activity_month,
        -- The last day that the status looks at.
        cast({{ dbt.dateadd('day', -1, 'population.month_end_date') }} as date) as scored_date,
        population.is_partial_month,
        population.mrr_amount,
        overrides.reason as override_reason,
        case
            when overrides.health_status is not null then overrides.health_status
            when population.age_days < {{ var('onboarding_days') }} then 'onboarding'
            else scores.health_band
        end as health_status
    from population
    left join scores
        on population.customer_id = scores.customer_id and population.activity_month = scores.activity_month
    left join overrides
        on
            population.customer_id = overrides.customer_id
            and population.activity_month = overrides.activity_month
            and overrides.recency = 1

),

previous_statuses as (

    select
        customer_id,
        activity_month,
        scored_date,
        is_partial_month,
        mrr_amount,
        override_reason,
        health_status,
        case
            when {{ months_between('lag(activity_month) over (' ~ customer_log ~ ')', 'activity_month') }} = 1
                then lag(health_status) over ({{ customer_log }})
        end as previous_health_status
    from statuses

),

runs as (

    select
        customer_id,
        activity_month,
        scored_date,
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
    scored_date,
    is_partial_month,
    mrr_amount,
    override_reason,
    health_status,
    previous_health_status,
    case when health_status is not null then min(scored_date) over (partition by customer_id, run_number) end
        as status_since_date
from runs
