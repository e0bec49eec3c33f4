{#- The marketing channel that the seed channel_map has for a value of another system, a row for the connector before one for all;
    else the value itself. -#}
{% macro mapped_channel(connector, value) -%}
    coalesce((select coalesce(max(case when channels.source = '{{ connector }}' then channels.channel end), max(channels.channel)) from {{ ref('channel_map') }} as channels where channels.source in ('{{ connector }}', 'all') and channels.source_value = lower({{ value }})), {{ value }})
{%- endmacro %}
