{#- A step of a logistic regression with a normal prior, as three CTEs: slopes_<n> of each fit become slopes_<n + 1>. A case is a row of
    cases, with a column <p>_distance for each parameter; bounds has what a slope is divided by and lies between. -#}
{% macro logistic_step(step, parameters, prior) -%}
residuals_{{ step }} as (

    select
        {%- for name in parameters %}
        cases.{{ name }}_distance,
        slopes.{{ name }}_slope,
        {{ logistic_position(name) }} as {{ name }}_position,
        {%- endfor %}
        cases.fit_month,
        cases.case_weight * (cases.churn_count - 1 / (1 + exp(-(
            {%- for name in parameters %}
            cases.{{ name }}_distance * {{ logistic_position(name) }}{{ ' +' if not loop.last }}
            {%- endfor %}
        )))) as residual
    from cases
    inner join slopes_{{ step }} as slopes on cases.fit_month = slopes.fit_month

),

gradients_{{ step }} as (

    select
        {%- for name in parameters %}
        max({{ name }}_slope) as {{ name }}_previous,
        max({{ name }}_position) as {{ name }}_position,
        sum(residual * {{ name }}_distance) as {{ name }}_gradient,
        {%- endfor %}
        fit_month
    from residuals_{{ step }}
    group by fit_month

),

slopes_{{ step + 1 }} as (

    select
        {%- for name in parameters %}
        gradients.{{ name }}_previous,
        least(greatest(
            gradients.{{ name }}_position + (
                gradients.{{ name }}_gradient - {{ 0 if name == 'intercept' else prior }} * gradients.{{ name }}_position
            ) / bounds.{{ name }}_bound, bounds.{{ name }}_lowest
        ), bounds.{{ name }}_highest) as {{ name }}_slope,
        {%- endfor %}
        gradients.fit_month
    from gradients_{{ step }} as gradients
    inner join bounds on gradients.fit_month = bounds.fit_month

)
{%- endmacro %}

{#- Where a step begins: beyond the slope, by 0.7 of the last step (momentum). -#}
{% macro logistic_position(name) -%}
    (slopes.{{ name }}_slope + 0.7 * (slopes.{{ name }}_slope - slopes.{{ name }}_previous))
{%- endmacro %}

{#- What slopes holds of the parameter that a row of fitted_signals names. -#}
{% macro logistic_estimate(column, parameters) -%}
    case fitted_signals.signal_name
        {%- for name in parameters %} when '{{ name }}' then slopes.{{ name }}_{{ column }}{% endfor %}
    end
{%- endmacro %}
