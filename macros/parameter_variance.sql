{#- Delta method: the variance of an estimate with these derivatives by ln(alpha) and ln(beta). -#}
{% macro parameter_variance(alpha_slope, beta_slope, parameters) -%}
    greatest(
        {{ alpha_slope }} * {{ alpha_slope }} * cast({{ parameters }}.alpha_variance as {{ type_double() }})
        + {{ beta_slope }} * {{ beta_slope }} * cast({{ parameters }}.beta_variance as {{ type_double() }})
        + 2 * {{ alpha_slope }} * {{ beta_slope }} * cast({{ parameters }}.alpha_beta_covariance as {{ type_double() }}),
        0
    )
{%- endmacro %}
