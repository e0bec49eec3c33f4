-- Grain: one row per NPS question (filter: sent by the as-of day), with its answer where it was given by then.
with

nps_responses as (select * from {{ ref('stg_nps_responses') }}),

customers as (select * from {{ ref('int_customers') }}),

cohorts as (select * from {{ ref('int_customer_cohorts') }}),

-- An answer without a time was given when it was asked for; a question without a time was asked when it was answered.
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
    where coalesce(sent_at, responded_at) is not null

)

select
    questions.response_id,
    questions.customer_id,
    questions.user_id,
    questions.person_id,
    questions.sent_at,
    questions.responded_at,
    questions.score,
    case
        when questions.score >= 9 then 'promoter'
        when questions.score >= 7 then 'passive'
        when questions.score >= 0 then 'detractor'
    end as nps_category,
    coalesce(cohorts.plan_name, 'unknown') as plan_name,
    coalesce(customers.country, 'unknown') as country,
    coalesce(customers.customer_size, 'unknown') as customer_size,
    -- Answers are ordered apart from questions without one: those have no next answer, and none is the latest.
    case
        when questions.score is not null
            then
                lead(questions.responded_at) over (
                    partition by questions.person_id, questions.score is not null
                    order by questions.responded_at asc, questions.response_id asc
                )
    end as next_responded_at,
    questions.score is not null
    and row_number() over (
        partition by questions.customer_id, questions.score is not null
        order by questions.responded_at desc, questions.response_id desc
    ) = 1 as is_latest_of_customer
from questions
left join customers on questions.customer_id = customers.customer_id
left join cohorts on questions.customer_id = cohorts.customer_id
