{#- Several shares as one, as an aggregate: what each leaves is multiplied (discounts of one price, chances of one event). Nothing is left
    beside one that takes all. -#}
{% macro combined_rate(share) -%}
    cast(
        case
            when max({{ share }}) >= 1 then 1
            else 1 - exp(sum(ln(1 - case when {{ share }} >= 1 then 0 else {{ share }} end)))
        end as {{ type_rate() }}
    )
{%- endmacro %}
