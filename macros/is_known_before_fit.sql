{#- Whether the outcome of a case was known before a fit, and its month is one that the fit looks at. -#}
{% macro is_known_before_fit(cases, fit_month) -%}
    ({{ fit_month }} > {{ cases }}.horizon_date
    and {{ cases }}.activity_month >= {{ add_months(fit_month, -3 * (var('fit_quarters') + 1)) }})
{%- endmacro %}
