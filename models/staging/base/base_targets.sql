-- Grain: one row per row of the input targets, valid or rejected, with the reason why it is rejected.
{#- The whole company has no dimension, or is all of it. -#}
{%- set is_whole = "coalesce(targets.dimension, 'all') = 'all' and coalesce(lower(targets.value), 'all') = 'all'" %}
with

targets as (select * from {{ received('targets') }} as received_rows)

select
    {{ input_columns('targets', instead={
        'month': month_start('targets.month'),
        'dimension': "nullif(targets.dimension, 'all')",
        'value': 'case when not (' ~ is_whole ~ ') then targets.value end',
    }) }},
    targets.is_folded,
    case
        when targets.unreadable_value is not null then 'unreadable_value'
        when targets.month is null then 'missing_month'
        when targets.metric is null then 'missing_metric'
        when targets.target is null then 'missing_target'
        when targets.loaded_at is null then 'missing_loaded_at'
        when
            targets.metric not in (
                {%- for metric in target_metrics() %}
                '{{ metric }}'{{ ',' if not loop.last }}
                {%- endfor %}
            )
            then 'unknown_metric'
        when coalesce(targets.dimension, 'all') = 'all' and not ({{ is_whole }}) then 'missing_dimension'
        when targets.dimension <> 'all' and targets.value is null then 'missing_value'
        when abs(targets.target) >= {{ var('number_limit') }} then 'number_out_of_range'
        {%- for metric, bounds in target_metrics().items() if bounds %}
        when targets.metric = '{{ metric }}' and not targets.target between {{ bounds | join(' and ') }}
            then 'target_out_of_range'
        {%- endfor %}
        when least(targets.month, targets.loaded_at) < {{ earliest_at() }} then 'dated_before_earliest'
    end as reject_reason
from targets
