-- Grain: one row per question sent by the as-of day, with the answer if it had come by then.
with

nps_responses as (select * from {{ ref('stg_nps_responses') }}),

customers as (select * from {{ ref('int_customers') }}),

cohorts as (select * from {{ ref('int_customer_cohorts') }}),

segment_months as (select * from {{ ref('int_segment_months') }}),

run_settings as (select * from {{ ref('run_settings') }}),

-- An answer without its time came when it was asked for; a question without its time was asked when it was answered.
questions as (

    select
        response_id,
        customer_id,
        user_id,
        coalesce(user_id, customer_id) as person_id,
        coalesce(sent_at, responded_at) as sent_at,
        case when score is not null then coalesce(responded_at, sent_at) end as responded_at,
        score
    from nps_responses

),

known_answers as (

    select
        questions.response_id,
        questions.customer_id,
        questions.user_id,
        questions.person_id,
        questions.sent_at,
        case when questions.responded_at < run_settings.as_of_end_at then questions.responded_at end as responded_at,
        case when questions.responded_at < run_settings.as_of_end_at then questions.score end as score
    from questions
    cross join run_settings
    where questions.sent_at is not null

)

select
    known_answers.response_id,
    known_answers.customer_id,
    known_answers.user_id,
    known_answers.person_id,
    known_answers.sent_at,
    known_answers.responded_at,
    known_answers.score,
    case
        when known_answers.score >= 9 then 'promoter'
        when known_answers.score >= 7 then 'passive'
        when known_answers.score >= 0 then 'detractor'
    end as nps_category,
    coalesce(cohorts.plan_name, 'unknown') as plan_name,
    coalesce(customers.country, 'unknown') as country,
    coalesce(customers.customer_size, 'unknown') as customer_size,
    -- What the customer was at the end of the month before it was asked: before this answer could change it.
    coalesce(segment_months.segment_name, 'unknown') as segment_name
from known_answers
left join customers on known_answers.customer_id = customers.customer_id
left join cohorts on known_answers.customer_id = cohorts.customer_id
left join segment_months
    on
        known_answers.customer_id = segment_months.customer_id
        and {{ month_start('known_answers.sent_at') }} = {{ add_months('segment_months.activity_month', 1) }}
