{#- A column of a discount of the log, discount_rate or discount_amount: 0 for one given once, which never moves MRR. -#}
{% macro recurring_discount(column) -%}
    (case when changes.discount_kind = 'once' then 0 else changes.{{ column }} end)
{%- endmacro %}

{#- The same once every discount has ended that has an end. -#}
{% macro lasting_discount(column) -%}
    (case when changes.discount_ends_at is null then {{ recurring_discount(column) }} else 0 end)
{%- endmacro %}
