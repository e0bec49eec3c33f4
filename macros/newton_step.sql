{#- Newton's method on some parameters, of which slope_<p> and info_<p>_<q> (the negative curvature, p no later than q) are
    columns. The columns of all: -#}
{% macro newton_columns(parameters) -%}
    {%- set columns = [] -%}
    {%- for parameter in parameters -%}
        {%- do columns.append('slope_' ~ parameter) -%}
        {%- for other in parameters[loop.index0:] %}{%- do columns.append('info_' ~ parameter ~ '_' ~ other) %}{%- endfor -%}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}

{#- A column once a parameter is eliminated from those after it: a step of Gauss's elimination. -#}
{% macro newton_eliminated(column, parameter, parameters) -%}
    {%- set names = column.split('_') -%}
    {%- if parameters.index(names[1]) <= parameters.index(parameter) -%}
        {{ column }}
    {%- else -%}
        {{ column }} - info_{{ parameter }}_{{ names[1] }} / {{ newton_pivot(parameter) }}
        * {{ 'slope_' ~ parameter if names[0] == 'slope' else 'info_' ~ parameter ~ '_' ~ names[2] }}
    {%- endif -%}
{%- endmacro %}

{#- Above 0, so that a step climbs where the log-likelihood is not concave, too. -#}
{% macro newton_pivot(parameter) -%}
    greatest(abs(info_{{ parameter }}_{{ parameter }}), 0.00001 * customer_count)
{%- endmacro %}

{#- The step of a parameter by back substitution; never more than e times as much or as little, all scaled alike. -#}
{% macro newton_step(parameter, parameters) -%}
    {{ newton_full_step(parameter, parameters) }} / greatest(
        1{% for other in parameters %}, abs({{ newton_full_step(other, parameters) }}){% endfor %}
    )
{%- endmacro %}

{% macro newton_full_step(parameter, parameters) -%}
    ((slope_{{ parameter }}
    {%- for other in parameters[parameters.index(parameter) + 1:] %} - info_{{ parameter }}_{{ other }}
    * {{ newton_full_step(other, parameters) }}{% endfor -%}
    ) / {{ newton_pivot(parameter) }})
{%- endmacro %}

{#- Concave, and one more step would not raise the log-likelihood. -#}
{% macro newton_has_converged(parameters) -%}
    least({% for parameter in parameters %}info_{{ parameter }}_{{ parameter }}{{ ', ' if not loop.last }}{% endfor %}) > 0
    and {% for parameter in parameters -%}
    slope_{{ parameter }} * slope_{{ parameter }} / {{ newton_pivot(parameter) }}{{ ' + ' if not loop.last }}
    {%- endfor %} <= 0.000001
{%- endmacro %}
