{#- A signal value in words: its template in the seed health_signals with the value put in. -#}
{% macro signal_reason(definitions, raw_value) -%}
    replace(
        replace({{ definitions }}.reason_template, '{days}', '{{ var("usage_window_days") }}'),
        '{value}',
        cast(
            cast(
                round({{ raw_value }} * case when {{ definitions }}.value_unit = 'share' then 100 else 1 end, 0)
                as {{ dbt.type_bigint() }}
            ) as {{ dbt.type_string() }}
        ) || case when {{ definitions }}.value_unit = 'share' then ' %' else '' end
    )
{%- endmacro %}
