-- Grain: one row per subscription item and change of it: the next change, and its available-as-of date.
with

changes as (select * from {{ ref('stg_subscription_changes') }}),

backfills as (select * from {{ ref('int_backfill_loads') }})

select
    changes.subscription_id,
    changes.item_id,
    changes.customer_id,
    changes.status,
    changes.is_end,
    changes.changed_at,
    lead(changes.changed_at) over (
        partition by changes.subscription_id, changes.item_id order by changes.changed_at asc
    ) as next_changed_at,
    changes.cancel_requested_at,
    changes.auto_renew,
    changes.discount_ends_at,
    cast(
        {{ add_months('cast(changes.term_started_at as date)', 'changes.term_months') }} as date
    ) as term_end_date,
    {{ known_date(
        'cast(changes.first_loaded_at as date)',
        'cast(coalesce(changes.cancel_requested_at, changes.changed_at) as date)'
    ) }} as known_date
from changes
left join backfills
    on
        cast(changes.first_loaded_at as date) = backfills.loaded_date
        and backfills.input_name = 'subscription_changes'
