-- Grain: one row per subscription item that ended and was continued by another: a plan change, not a churn.
with

periods as (select * from {{ ref('int_subscription_periods') }}),

paid_periods as (

    select
        customer_id,
        subscription_id,
        item_id,
        product_type,
        migrated_from_subscription_id,
        valid_from,
        valid_to,
        ended_at,
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
        product_type,
        ended_at,
        next_valid_from as resumed_at
    from paid_periods
    where valid_to = ended_at

),

starts as (

    select
        customer_id,
        subscription_id,
        item_id,
        product_type,
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
        -- What names it, else what starts next, else what had started last.
        row_number() over (
            partition by ends.subscription_id, ends.item_id, ends.ended_at
            order by
                case when ends.subscription_id = starts.migrated_from_subscription_id then 0 else 1 end asc,
                case when starts.started_at >= ends.ended_at then 0 else 1 end asc,
                case when starts.started_at >= ends.ended_at then starts.started_at end asc,
                starts.started_at desc,
                starts.subscription_id asc
        ) as start_number
    from ends
    inner join starts
        on
            ends.customer_id = starts.customer_id
            and (
                ends.subscription_id = starts.migrated_from_subscription_id
                or (
                    starts.started_at >= {{ dbt.dateadd('hour', '-' ~ var('chain_gap_hours'), 'ends.ended_at') }}
                    and starts.started_at <= {{ dbt.dateadd('hour', var('chain_gap_hours'), 'ends.ended_at') }}
                    and coalesce(ends.product_type, 'core') = coalesce(starts.product_type, 'core')
                )
            )
            -- An item does not continue itself before its end.
            and (
                ends.ended_at <= starts.started_at
                or ends.subscription_id <> starts.subscription_id
                or ends.item_id <> starts.item_id
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
