-- Grain: one row per month, window of time and combination of plan, country, size and segment.
with

months as (select * from {{ ref('int_months') }}),

responses as (select * from {{ ref('int_nps_responses') }}),

segment_months as (select * from {{ ref('int_segment_months') }}),

-- Half-open, each ending with its month; the running month ends with the as-of day.
nps_windows as (

    select
        activity_month,
        is_partial_month,
        'month' as nps_window,
        cast(activity_month as timestamp) as window_start_at,
        month_end_at as window_end_at
    from months

    union all

    select
        activity_month,
        is_partial_month,
        '90_days' as nps_window,
        cast({{ dbt.dateadd('day', -90, 'month_end_at') }} as timestamp) as window_start_at,
        month_end_at as window_end_at
    from months

    union all

    select
        activity_month,
        is_partial_month,
        'year' as nps_window,
        cast({{ add_months('cast(month_end_at as date)', -12) }} as timestamp) as window_start_at,
        month_end_at as window_end_at
    from months

),

segmented_responses as (

    select
        responses.sent_at,
        responses.responded_at,
        responses.next_responded_at,
        responses.nps_category,
        responses.plan_name,
        responses.country,
        responses.customer_size,
        -- What the customer was at the end of the month before it was asked: before this answer could change it.
        coalesce(segment_months.segment_name, 'unknown') as segment_name
    from responses
    left join segment_months
        on
            responses.customer_id = segment_months.customer_id
            and {{ month_start('responses.sent_at') }} = {{ add_months('segment_months.activity_month', 1) }}

),

window_responses as (

    select
        nps_windows.activity_month,
        nps_windows.is_partial_month,
        nps_windows.nps_window,
        segmented_responses.plan_name,
        segmented_responses.country,
        segmented_responses.customer_size,
        segmented_responses.segment_name,
        segmented_responses.sent_at >= nps_windows.window_start_at as is_sent,
        coalesce(segmented_responses.responded_at < nps_windows.window_end_at, false) as is_answered,
        -- Of each person the latest answer in the window counts: the next one was given after it, or not at all.
        case
            when
                segmented_responses.responded_at < nps_windows.window_end_at
                and coalesce(segmented_responses.next_responded_at >= nps_windows.window_end_at, true)
                then segmented_responses.nps_category
        end as nps_category
    from segmented_responses
    -- Sent or answered in the window: no answer comes before its question.
    inner join nps_windows
        on
            segmented_responses.sent_at < nps_windows.window_end_at
            and coalesce(segmented_responses.responded_at, segmented_responses.sent_at) >= nps_windows.window_start_at

)

select
    activity_month,
    is_partial_month,
    nps_window,
    plan_name,
    country,
    customer_size,
    segment_name,
    sum(case when is_sent then 1 else 0 end) as sent_count,
    sum(case when is_sent and is_answered then 1 else 0 end) as answered_count,
    sum(case when nps_category = 'promoter' then 1 else 0 end) as promoter_count,
    sum(case when nps_category = 'passive' then 1 else 0 end) as passive_count,
    sum(case when nps_category = 'detractor' then 1 else 0 end) as detractor_count
from window_responses
where is_sent or nps_category is not null
group by activity_month, is_partial_month, nps_window, plan_name, country, customer_size, segment_name
