{#- The available-as-of date of a row: the day of its load, but for a backfill the day on which it
    happened. The row's load day is joined to int_backfill_loads as `backfills`. -#}
{% macro known_date(loaded_date, occurred_date) -%}
    case when backfills.loaded_date is null then {{ loaded_date }} else {{ occurred_date }} end
{%- endmacro %}
