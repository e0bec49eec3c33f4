{#- What a price needs beside its amount, from the first place that says it; a row without a price needs none. -#}
{% macro price_term(received, elsewhere, otherwise=none) -%}
    case
        when received_changes.unit_amount is null then {{ received }}
        else coalesce({{ received }}, {{ elsewhere }}{{ ', ' ~ otherwise if otherwise }})
    end
{%- endmacro %}
