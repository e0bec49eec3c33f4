{#- Whether a customer is held out of all plays: the share hold_out_rate of customers, drawn once by the hash of the id;
    of no share nobody. -#}
{% macro is_held_out(customer_id) -%}
    {{ sha256("'hold out ' || " ~ customer_id) }} < '{{ '%08x' | format((var('hold_out_rate') * 4294967296) | int) }}'
{%- endmacro %}
