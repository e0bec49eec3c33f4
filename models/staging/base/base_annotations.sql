-- Grain: one row per row of the input annotations, valid or rejected, with the reason why it is rejected.
with

annotations as (select * from {{ received('annotations') }} as received_rows)

select
    {{ input_columns('annotations') }},
    annotations.is_folded,
    case
        when annotations.unreadable_value is not null then 'unreadable_value'
        when annotations.happened_on is null then 'missing_happened_on'
        when annotations.title is null then 'missing_title'
        when annotations.loaded_at is null then 'missing_loaded_at'
        when annotations.happened_on > {{ latest_day_anywhere('annotations.loaded_at') }} then 'dated_after_loaded_at'
        when least(annotations.happened_on, annotations.loaded_at) < {{ earliest_at() }} then 'dated_before_earliest'
    end as reject_reason
from annotations
