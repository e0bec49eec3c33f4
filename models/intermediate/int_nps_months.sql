-- Grain: one row per customer and month by whose end somebody had answered in the year before: the latest answer.
with

responses as (

    select * from {{ ref('stg_nps_responses') }}

),

backfills as (

    select * from {{ ref('int_backfills') }}

),

months as (

    select * from {{ ref('int_months') }}

),

known_answers as (

    select
        responses.response_id,
        responses.customer_id,
        responses.score,
        cast(coalesce(responses.responded_at, responses.sent_at) as date) as responded_date,
        case
            when backfills.loaded_date is null then cast(responses.first_loaded_at as date)
            else cast(coalesce(responses.responded_at, responses.sent_at) as date)
        end as known_date
    from responses
    left join backfills
        on
            cast(responses.first_loaded_at as date) = backfills.loaded_date
            and backfills.input_name = 'nps_responses'
    where responses.score is not null

),

answers as (

    select
        customer_id,
        score,
        known_date,
        responded_date,
        lead(known_date) over (
            partition by customer_id order by known_date asc, responded_date asc, response_id asc
        ) as next_known_date
    from known_answers

)

select
    answers.customer_id,
    months.activity_month,
    answers.score
from answers
inner join months
    on
        answers.known_date < months.month_end_at
        and coalesce(answers.next_known_date >= months.month_end_at, true)
        and answers.responded_date >= {{ add_months('cast(months.month_end_at as date)', -12) }}
