{#- The instant before which no date is believed. -#}
{% macro earliest_at() %}cast('{{ var("earliest_date") }}' as timestamp){% endmacro %}
