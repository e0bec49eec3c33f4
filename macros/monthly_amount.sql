{#- Monthly recurring amount of a subscription item in its own currency: quantity x price, less the discount but never
    below 0, normalised to a month (a year is 12 months, 52 weeks, 365 days). Null where an input is null. -#}
{% macro monthly_amount(quantity, unit_amount, discount_rate, discount_amount, billing_interval, interval_count) -%}
    {%- set period_amount -%}
        (cast({{ quantity }} as {{ type_double() }}) * {{ unit_amount }} * (1 - {{ discount_rate }}) - {{ discount_amount }})
    {%- endset -%}
    cast(
        case when {{ period_amount }} < 0 then 0 else {{ period_amount }} end
        * case {{ billing_interval }} when 'month' then 12 when 'year' then 1 when 'week' then 52 when 'day' then 365 end
        / (12.0 * {{ interval_count }})
        as {{ type_amount() }}
    )
{%- endmacro %}
