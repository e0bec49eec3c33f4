{#- The instant before which no date is believed. -#}
{% macro earliest_at() %}cast({{ dbt.string_literal(dbt.escape_single_quotes(var("earliest_date"))) }} as timestamp){% endmacro %}
