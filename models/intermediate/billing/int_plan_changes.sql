-- Grain: one row per subscription item that ended and was continued by another: a plan change or a transfer, no churn.
with

periods as (select * from {{ ref('int_subscription_periods') }}),

held_periods as (

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
    where mrr_own_amount <> 0 or paused_at is not null
    window item_periods as (partition by subscription_id, item_id order by valid_from asc)

),

ends as (

    select
        customer_id,
        subscription_id,
        item_id,
        product_type,
        ended_at,
        max(ended_at) over (partition by subscription_id) as subscription_ended_at,
        next_valid_from as resumed_at
    from held_periods
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
    from held_periods
    where not continues_itself

),

continuations as (

    -- What names it, also where another customer pays for it now; not what had ended before the subscription did.
    select
        ends.subscription_id,
        ends.item_id,
        ends.ended_at,
        ends.resumed_at,
        starts.started_at,
        starts.subscription_id as next_subscription_id,
        0 as preference
    from ends
    inner join starts on ends.subscription_id = starts.migrated_from_subscription_id
    where ends.subscription_ended_at <= {{ dbt.dateadd('hour', var('chain_gap_hours'), 'ends.ended_at') }}

    union all

    -- What starts soon after it; else what had started shortly before. An item does not continue itself before its end.
    select
        ends.subscription_id,
        ends.item_id,
        ends.ended_at,
        ends.resumed_at,
        starts.started_at,
        starts.subscription_id as next_subscription_id,
        case when starts.started_at >= ends.ended_at then 1 else 2 end as preference
    from ends
    inner join starts
        on
            ends.customer_id = starts.customer_id
            and starts.started_at >= {{ dbt.dateadd('hour', '-' ~ var('chain_gap_hours'), 'ends.ended_at') }}
            and starts.started_at <= {{ dbt.dateadd('hour', var('chain_gap_hours'), 'ends.ended_at') }}
            and ends.product_type = starts.product_type
    where
        ends.ended_at <= starts.started_at
        or ends.subscription_id <> starts.subscription_id or ends.item_id <> starts.item_id

),

ranked_continuations as (

    select
        subscription_id,
        item_id,
        ended_at,
        resumed_at,
        started_at,
        next_subscription_id,
        row_number() over (
            partition by subscription_id, item_id, ended_at
            order by
                preference asc, case when preference < 2 then started_at end asc, started_at desc,
                next_subscription_id asc
        ) as continuation_number
    from continuations

)

select
    subscription_id,
    item_id,
    ended_at,
    -- An item that is paid again itself lasts no longer than until then.
    least(started_at, resumed_at) as continued_at,
    next_subscription_id
from ranked_continuations
where continuation_number = 1
