{#- The day on which the bill ends that runs on a day; that day itself where a bill ends on it. Bills are issued from
    `first_day` on, one for each `interval_count` intervals; a day before the first belongs to none and gives `first_day`
    or an earlier day. -#}
{% macro end_of_bill(first_day, day, billing_interval, interval_count) -%}
    {%- set bill_months = "(case " ~ billing_interval ~ " when 'year' then 12 else 1 end * " ~ interval_count ~ ")" -%}
    {%- set bill_days = "(case " ~ billing_interval ~ " when 'week' then 7 else 1 end * " ~ interval_count ~ ")" -%}
    {%- set months = months_between(first_day, day) -%}
    {%- set month_count -%}
        ({{ months }} + case when {{ add_months(first_day, months) }} < {{ day }} then 1 else 0 end)
    {%- endset -%}
    case
        when {{ billing_interval }} in ('month', 'year')
            then {{ add_months(first_day, whole_bills(month_count, bill_months)) }}
        when {{ billing_interval }} in ('day', 'week')
            then cast({{ dbt.dateadd('day', whole_bills(days_between(first_day, day), bill_days), first_day) }} as date)
    end
{%- endmacro %}

{#- A length rounded up to whole bills. -#}
{% macro whole_bills(length, bill_length) -%}
    cast(
        ceiling(cast({{ length }} as {{ type_double() }}) / {{ bill_length }}) * {{ bill_length }}
        as {{ dbt.type_int() }}
    )
{%- endmacro %}

{#- Until when an entry of int_subscription_log is discounted: a bill is lowered for as long as it runs. -#}
{% macro discount_until() -%}
    greatest(discount_ends_at, cast({{ end_of_bill(
        'cast(billed_from_at as date)', 'cast(discount_ends_at as date)', 'billing_interval', 'interval_count'
    ) }} as timestamp))
{%- endmacro %}
