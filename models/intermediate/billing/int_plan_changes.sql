-- Grain: one row per subscription item that ended and was continued by another: a plan change or a transfer, no churn.
{%- set within_gap = ' <= ' ~ dbt.dateadd('hour', var('chain_gap_hours'), 'ends.ended_at') %}
{#- What names it, also where another customer pays for it now; not what had ended before the subscription did. #}
{%- set named = 'ends.subscription_id = starts.migrated_from_subscription_id and ends.all_ended_at' ~ within_gap %}
{#- What starts soon after it; else what had started shortly before. A discount ends with all that it lowers. #}
{%- set near = 'ends.customer_id = starts.customer_id and starts.started_at' ~ within_gap
    ~ ' and starts.started_at >= ' ~ dbt.dateadd('hour', '-' ~ var('chain_gap_hours'), 'ends.ended_at')
    ~ " and (ends.product_type = starts.product_type or (ends.product_type = 'discount' and ends.is_last))" %}
{%- set is_another = '(ends.subscription_id <> starts.subscription_id or ends.item_id <> starts.item_id)' %}
{%- set log = 'partition by subscription_id, item_id order by valid_from asc' %}
with

periods as (
    select
        *,
        mrr_own_amount <> 0 or paused_at is not null as is_held
    from {{ ref('int_subscription_periods') }}
    where mrr_own_amount <> 0 or is_in_force or paused_at is not null
),

item_periods as (

    select
        customer_id,
        subscription_id,
        item_id,
        product_type,
        migrated_from_subscription_id,
        valid_from,
        valid_to,
        ended_at,
        is_held,
        coalesce(lag(valid_to) over ({{ log }}) = valid_from and (lag(is_held) over ({{ log }}) or not is_held), false)
            as continues_itself,
        valid_to = max(coalesce(valid_to, cast('9999-12-31' as date))) over (partition by subscription_id) as is_last,
        lead(valid_from) over ({{ log }}) as next_valid_from
    from periods

),

ends as (

    select
        customer_id,
        subscription_id,
        item_id,
        product_type,
        is_last,
        ended_at,
        max(ended_at) over (partition by subscription_id) as all_ended_at,
        next_valid_from as resumed_at
    from item_periods
    where valid_to = ended_at

),

starts as (

    select
        customer_id,
        subscription_id,
        item_id,
        product_type,
        migrated_from_subscription_id,
        valid_from as started_at,
        is_held
    from item_periods
    where not continues_itself

),

continuations as (
    {%- for is_joined, may_overlap, preference in [
        (named, 'true', '0'), (near, is_another, 'case when starts.started_at >= ends.ended_at then 1 else 2 end')
    ] %}

    select
        ends.subscription_id,
        ends.item_id,
        ends.ended_at,
        ends.resumed_at,
        starts.started_at,
        starts.subscription_id as next_subscription_id,
        {{ preference }} as preference
    from ends
    inner join starts on {{ is_joined }}
    -- What is free continues only what had ended; an item does not continue itself before its end.
    where starts.started_at >= ends.ended_at or (starts.is_held and {{ may_overlap }})
    {{ 'union all' if not loop.last }}
    {%- endfor %}
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
