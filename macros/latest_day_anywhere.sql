{#- The latest day that it is anywhere at an instant: some clocks are 14 hours ahead. A day that comes without a time zone, of a
    rate or of spend, is in the future only where it has not begun there. -#}
{% macro latest_day_anywhere(instant) %}cast({{ dbt.dateadd('hour', 14, instant) }} as date){% endmacro %}
