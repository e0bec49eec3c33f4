-- Every answer counts in its month, from the first subscription on; each dimension has the same people; the values of
-- a dimension sum to all.
with

nps_monthly as (select * from {{ ref('nps_monthly') }}),

answers as (

    select
        {{ month_start('responded_at') }} as activity_month,
        count(distinct coalesce(user_id, customer_id)) as response_count
    from {{ ref('nps_responses') }}
    where
        has_answer
        and {{ month_start('responded_at') }}
        >= (select min(months.activity_month) from {{ ref('int_months') }} as months)
    group by {{ month_start('responded_at') }}

),

totals as (

    select
        activity_month,
        nps_window,
        nps_dimension,
        sum(response_count) as response_count,
        sum(sent_count) as sent_count
    from nps_monthly
    group by activity_month, nps_window, nps_dimension

),

wholes as (

    select
        activity_month,
        nps_window,
        response_count,
        sent_count
    from totals
    where nps_dimension = 'all'

)

select
    totals.activity_month,
    totals.nps_window,
    totals.nps_dimension,
    totals.response_count - wholes.response_count as difference_count
from totals
inner join wholes on totals.activity_month = wholes.activity_month and totals.nps_window = wholes.nps_window
where totals.response_count <> wholes.response_count or totals.sent_count <> wholes.sent_count

union all

select
    coalesce(wholes.activity_month, answers.activity_month) as activity_month,
    'month' as nps_window,
    'answers' as nps_dimension,
    coalesce(wholes.response_count, 0) - coalesce(answers.response_count, 0) as difference_count
from answers
full outer join wholes on answers.activity_month = wholes.activity_month and wholes.nps_window = 'month'
where
    coalesce(wholes.nps_window, 'month') = 'month'
    and coalesce(wholes.response_count, 0) <> coalesce(answers.response_count, 0)
