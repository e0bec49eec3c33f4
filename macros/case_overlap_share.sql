{#- Monthly cases of a customer look at horizons that overlap: the share of a case that is news. -#}
{% macro case_overlap_share() -%}
    (30 / cast(greatest({{ var('health_horizon_days') }}, 30) as {{ type_double() }}))
{%- endmacro %}
