-- Grain: one row per customer and month with a score after its first days: which lines the score is held to be above.
with

subjects as (select * from {{ ref('int_health_population') }}),

scores as (select * from {{ ref('int_health_scores') }}),

lines as (

    select
        max(case when health_status = 'amber' then min_score end) as amber_line,
        max(case when health_status = 'green' then min_score end) as green_line
    from {{ ref('health_bands') }}

),

judged_months as (

    select
        subjects.customer_id,
        subjects.activity_month,
        scores.health_score,
        scores.signal_coverage_rate,
        lines.amber_line,
        lines.green_line,
        -- The first month of a run has no side yet: the line decides.
        case
            when
                {{ months_between('lag(subjects.activity_month) over customer_log', 'subjects.activity_month') }} = 1
                then {{ var('health_hysteresis_points') }}
            else 0
        end as margin
    from subjects
    cross join lines
    inner join scores
        on subjects.customer_id = scores.customer_id and subjects.activity_month = scores.activity_month
    where scores.health_score is not null and subjects.age_days >= {{ var('onboarding_days') }}
    window customer_log as (partition by subjects.customer_id order by subjects.activity_month asc)

),

-- 1 above the line, 0 below it; empty while the score is so near that the side it was on counts.
sides as (

    select
        customer_id,
        activity_month,
        signal_coverage_rate,
        sum(case when margin = 0 then 1 else 0 end) over customer_log as run_number,
        case
            when health_score >= amber_line + margin then 1
            when health_score < amber_line - margin then 0
        end as amber_side,
        case
            when health_score >= green_line + margin then 1
            when health_score < green_line - margin then 0
        end as green_side
    from judged_months
    window customer_log as (partition by customer_id order by activity_month asc)

),

-- Numbers the months in which a side was taken: those that follow without one carry their number.
side_numbers as (

    select
        customer_id,
        activity_month,
        signal_coverage_rate,
        run_number,
        amber_side,
        green_side,
        count(amber_side) over customer_run as amber_number,
        count(green_side) over customer_run as green_number
    from sides
    window customer_run as (partition by customer_id, run_number order by activity_month asc)

)

select
    customer_id,
    activity_month,
    case
        when max(amber_side) over (partition by customer_id, run_number, amber_number) = 0 then 'red'
        when max(green_side) over (partition by customer_id, run_number, green_number) = 0 then 'amber'
        -- With too little known nobody is green.
        when coalesce(signal_coverage_rate < {{ var('min_signal_coverage') }}, true) then 'amber'
        else 'green'
    end as health_status
from side_numbers
