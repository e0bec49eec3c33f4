-- Grain: one row per subscription item that ended and was continued by another: a plan change, not a churn.
with

periods as (select * from {{ ref('int_subscription_periods') }}),

paid_periods as (

    select
        customer_id,
        subscription_id,
        item_id,
        migrated_from_subscription_id,
        valid_from,
        valid_to,
        is_followed_by_end,
        coalesce(lag(valid_to) over item_periods = valid_from, false) as continues_itself,
        lead(valid_from) over item_periods as next_valid_from
    from periods
    where mrr_own_amount > 0
    window item_periods as (partition by subscription_id, item_id order by valid_from asc)

),

ends as (

    select
        customer_id,
        subscription_id,
        item_id,
        valid_to as ended_at,
        next_valid_from as resumed_at
    from paid_periods
    where is_followed_by_end

),

starts as (

    select
        customer_id,
        subscription_id,
        migrated_from_subscription_id,
        valid_from as started_at
    from paid_periods
    where not continues_itself

),

ranked_starts as (

    select
        ends.subscription_id,
        ends.item_id,
        ends.ended_at,
        ends.resumed_at,
        starts.started_at,
        starts.subscription_id as next_subscription_id,
        row_number() over (
            partition by ends.subscription_id, ends.item_id, ends.ended_at
            order by starts.started_at asc, starts.subscription_id asc
        ) as start_number
    from ends
    inner join starts
        on
            ends.customer_id = starts.customer_id
            and ends.ended_at <= starts.started_at
            and (
                starts.started_at <= {{ dbt.dateadd('hour', var('chain_gap_hours'), 'ends.ended_at') }}
                or ends.subscription_id = starts.migrated_from_subscription_id
            )

)

select
    subscription_id,
    item_id,
    ended_at,
    -- An item that is paid again itself lasts no longer than until then.
    least(started_at, resumed_at) as continued_at,
    next_subscription_id
from ranked_starts
where start_number = 1
