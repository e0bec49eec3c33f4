-- Grain: one row per month, window and kind of customer: questions sent, and people by their latest answer.
with

nps_windows as (select * from {{ ref('int_nps_windows') }}),

responses as (select * from {{ ref('int_nps_responses') }}),

ranked_answers as (

    select
        nps_windows.activity_month,
        nps_windows.nps_window,
        responses.plan_name,
        responses.country,
        responses.customer_size,
        responses.segment_name,
        responses.nps_category,
        row_number() over (
            partition by nps_windows.activity_month, nps_windows.nps_window, responses.person_id
            order by responses.responded_at desc, responses.response_id desc
        ) as recency
    from responses
    inner join nps_windows
        on
            responses.responded_at >= nps_windows.window_start_at
            and responses.responded_at < nps_windows.window_end_at

),

counted as (

    select
        nps_windows.activity_month,
        nps_windows.nps_window,
        responses.plan_name,
        responses.country,
        responses.customer_size,
        responses.segment_name,
        1 as sent_count,
        case when responses.responded_at < nps_windows.window_end_at then 1 else 0 end as answered_count,
        cast(null as {{ dbt.type_string() }}) as nps_category
    from responses
    inner join nps_windows
        on
            responses.sent_at >= nps_windows.window_start_at
            and responses.sent_at < nps_windows.window_end_at

    union all

    select
        activity_month,
        nps_window,
        plan_name,
        country,
        customer_size,
        segment_name,
        0 as sent_count,
        0 as answered_count,
        nps_category
    from ranked_answers
    where recency = 1

)

select
    activity_month,
    nps_window,
    plan_name,
    country,
    customer_size,
    segment_name,
    sum(sent_count) as sent_count,
    sum(answered_count) as answered_count,
    sum(case when nps_category = 'promoter' then 1 else 0 end) as promoter_count,
    sum(case when nps_category = 'passive' then 1 else 0 end) as passive_count,
    sum(case when nps_category = 'detractor' then 1 else 0 end) as detractor_count
from counted
group by activity_month, nps_window, plan_name, country, customer_size, segment_name
