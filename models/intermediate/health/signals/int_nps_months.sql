-- Grain: one row per customer and month (filter: with an answer in the year before its end): signal nps, the latest.
with

responses as (select * from {{ ref('base_nps_responses') }}),

backfills as (select * from {{ ref('int_backfill_loads') }}),

months as (select * from {{ ref('int_months') }}),

-- Each answer from when it was first loaded: what it was corrected to later was not known before.
answers as (

    select
        response_id,
        canonical_customer_id as customer_id,
        score,
        cast(coalesce(responded_at, sent_at) as date) as responded_date,
        cast(min(loaded_at) as date) as loaded_date
    from responses
    where reject_reason is null and score is not null
    group by response_id, canonical_customer_id, score, cast(coalesce(responded_at, sent_at) as date)

),

known_answers as (

    select
        answers.response_id,
        answers.customer_id,
        cast(answers.score as {{ dbt.type_bigint() }}) as score,
        answers.responded_date,
        {{ known_date('answers.loaded_date', 'answers.responded_date') }} as known_date
    from answers
    left join backfills
        on answers.loaded_date = backfills.loaded_date and backfills.input_name = 'nps_responses'

),

successions as (

    select
        customer_id,
        score,
        known_date,
        responded_date,
        lead(known_date) over (
            partition by customer_id order by known_date asc, responded_date asc, response_id asc, score asc
        ) as next_known_date
    from known_answers

)

select
    successions.customer_id,
    months.activity_month,
    successions.score as nps
from successions
inner join months
    on
        successions.known_date < months.month_end_at
        and coalesce(successions.next_known_date >= months.month_end_at, true)
        and successions.responded_date >= {{ add_months('cast(months.month_end_at as date)', -12) }}
