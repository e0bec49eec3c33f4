{#- By months between two bills, 0 for a week: how many days a bill may come early or late. As many days of grace pass before a bill
    that does not come ends the subscription. -#}
{% macro billed_tolerances() %}{{ return({0: 2, 1: 7, 3: 14, 6: 21, 12: 21}) }}{% endmacro %}

{#- Months from a bill to the next, 0 for a week, where the days between them fit one of these intervals; else null. -#}
{% macro billed_months(billed_on, next_on) -%}
    case
        {%- for months, days in billed_tolerances().items() %}
        when abs({{ days_between(billed_due_on(billed_on, months), next_on) }}) <= {{ days }} then {{ months }}
        {%- endfor %}
    end
{%- endmacro %}

{#- The day on which the next bill is due, as a date; months are a number of the table above. -#}
{% macro billed_due_on(billed_on, months) -%}
    cast({{ add_months(billed_on, months) if months else dbt.dateadd('day', 7, billed_on) }} as date)
{%- endmacro %}

{#- The day on which the subscription ends where no further bill comes, as a date: the next one is due, and its days of grace are over. -#}
{% macro billed_until(billed_on, months_column) -%}
    cast(case {{ months_column }}
        {%- for months, days in billed_tolerances().items() %}
        when {{ months }} then {{ dbt.dateadd('day', days, billed_due_on(billed_on, months)) }}
        {%- endfor %}
    end as date)
{%- endmacro %}
