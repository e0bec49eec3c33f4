{#- The instant before which a date is invalid. -#}
{% macro earliest_at() %}cast({{ dbt.string_literal(dbt.escape_single_quotes(var("earliest_date"))) }} as timestamp){% endmacro %}
