-- Grain: one row per NPS question sent, answered or not.
with

responses as (select * from {{ ref('int_nps_responses') }}),

segment_months as (select * from {{ ref('int_segment_months') }})

select
    responses.response_id,
    responses.customer_id,
    responses.user_id,
    responses.sent_at,
    responses.responded_at,
    responses.score,
    responses.nps_category,
    responses.plan_name,
    responses.country,
    responses.customer_size,
    coalesce(segment_months.segment_name, 'unknown') as segment_name,
    responses.score is not null as has_answer,
    responses.score is not null and responses.next_responded_at is null as is_latest_of_person
from responses
left join segment_months
    on
        responses.customer_id = segment_months.customer_id
        and {{ month_start('responses.sent_at') }} = {{ add_months('segment_months.activity_month', 1) }}
