{#- Bound of the interval of a share (Wilson, 1927): sign '-' for the lower, '+' for the upper. Null for an empty sample. -#}
{% macro wilson_bound(case_count, sample_count, sign) -%}
    {%- set n = 'cast(nullif(' ~ sample_count ~ ', 0) as ' ~ type_double() ~ ')' -%}
    {%- set z = var('confidence_z_score') -%}
    cast(
        (
            {{ case_count }} + {{ z * z / 2 }}
            {{ sign }} {{ z }} * sqrt({{ case_count }} * ({{ n }} - {{ case_count }}) / {{ n }} + {{ z * z / 4 }})
        ) / ({{ n }} + {{ z * z }})
        as {{ type_rate() }}
    )
{%- endmacro %}
