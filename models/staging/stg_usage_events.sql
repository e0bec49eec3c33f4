-- Grain: one row per usage event.
with

versions as (

    select
        *,
        count(*) over (partition by event_id) as version_count,
        row_number() over (
            partition by event_id
            order by
                loaded_at desc,
                customer_id asc nulls last,
                user_id asc nulls last,
                feature asc nulls last,
                occurred_at asc nulls last,
                quantity asc nulls last
        ) as version_number
    from {{ ref('base_usage_events') }}
    where reject_reason is null

)

select
    event_id,
    surviving_customer_id as customer_id,
    user_id,
    feature,
    occurred_at,
    cast(coalesce(quantity, 1) as {{ type_amount() }}) as quantity,
    loaded_at,
    version_count
from versions
where version_number = 1
