{#- First day of the month, as a date: date_trunc alone gives another type on each engine. -#}
{% macro month_start(day) %}cast({{ dbt.date_trunc('month', day) }} as date){% endmacro %}

{#- The Monday of the day's week, as a date. -#}
{% macro week_start(day) %}cast({{ dbt.date_trunc('week', day) }} as date){% endmacro %}

{#- The day that many months later; the last day of the month where that day does not exist. -#}
{% macro add_months(day, months) %}{{ return(adapter.dispatch('add_months')(day, months)) }}{% endmacro %}
{% macro default__add_months(day, months) %}cast({{ day }} + interval (cast({{ months }} as integer)) month as date){% endmacro %}
{% macro postgres__add_months(day, months) %}cast({{ day }} + (interval '1 month') * ({{ months }}) as date){% endmacro %}
{% macro spark__add_months(day, months) %}add_months({{ day }}, {{ months }}){% endmacro %}

{#- Whole months from one month's first day to another's. -#}
{% macro months_between(first_month, last_month) -%}
    cast(
        (extract(year from {{ last_month }}) - extract(year from {{ first_month }})) * 12
        + (extract(month from {{ last_month }}) - extract(month from {{ first_month }}))
        as {{ dbt.type_int() }}
    )
{%- endmacro %}

{#- Days from one date to another: dates subtract to an integer, or to an interval on Spark. -#}
{% macro days_between(first_day, last_day) %}{{ return(adapter.dispatch('days_between')(first_day, last_day)) }}{% endmacro %}
{% macro default__days_between(first_day, last_day) %}cast(({{ last_day }}) - ({{ first_day }}) as {{ dbt.type_int() }}){% endmacro %}
{% macro spark__days_between(first_day, last_day) %}datediff({{ last_day }}, {{ first_day }}){% endmacro %}

{#- An instant received in UTC on the clocks of the reporting time zone; a date without a time is its midnight there. Where clocks
    go back, the hour that they show again stands within the last second of the hour before, so that rows keep their order. -#}
{% macro local_time(instant) -%}
    {%- if var('reporting_time_zone') == 'UTC' -%}
    cast({{ instant }} as timestamp)
    {%- else -%}
    {%- set zone = dbt.string_literal(dbt.escape_single_quotes(var('reporting_time_zone'))) -%}
    {%- set clock = zone_clock('cast(' ~ instant ~ ' as timestamp)', zone) -%}
    case
        when {{ is_date(instant) }} then cast({{ instant }} as timestamp)
        when {{ clock }} = {{ zone_clock('cast(' ~ instant ~ " as timestamp) - interval '1' hour", zone) }}
            then date_trunc('hour', {{ clock }}) + interval '3599' second + ({{ clock }} - date_trunc('hour', {{ clock }})) / 3600
        else {{ clock }}
    end
    {%- endif -%}
{%- endmacro %}

{#- An instant in UTC on the clocks of a time zone. -#}
{% macro zone_clock(instant, zone) %}{{ return(adapter.dispatch('zone_clock')(instant, zone)) }}{% endmacro %}
{% macro default__zone_clock(instant, zone) %}timezone({{ zone }}, timezone('UTC', {{ instant }})){% endmacro %}
{% macro spark__zone_clock(instant, zone) %}from_utc_timestamp({{ instant }}, {{ zone }}){% endmacro %}

{#- Whether a column holds dates without a time. -#}
{% macro is_date(column) %}{{ return(adapter.dispatch('is_date')(column)) }}{% endmacro %}
{% macro default__is_date(column) %}lower(typeof({{ column }})) = 'date'{% endmacro %}
{% macro postgres__is_date(column) %}cast(pg_typeof({{ column }}) as text) = 'date'{% endmacro %}
