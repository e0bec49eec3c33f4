-- Grain: one row per subscription item and instant at which its terms or status change.
with

versions as (

    select
        *,
        min(loaded_at) over (partition by subscription_id, item_id, changed_at) as first_loaded_at,
        row_number() over (
            partition by subscription_id, item_id, changed_at
            -- Systems write an update and an end within one second, and days without a time: the end must not be lost.
            order by
                change_sequence desc nulls last,
                case when is_end then 0 else 1 end asc,
                loaded_at desc,
                case when version_count > 1 then {{ row_text(value_columns('subscription_changes')) }} end asc
        ) as version_number
    from {{ valid_rows('subscription_changes') }} as valid_rows

)

select
    {{ staged_columns('subscription_changes') }},
    is_end,
    first_loaded_at,
    version_count
from versions
where version_number = 1
