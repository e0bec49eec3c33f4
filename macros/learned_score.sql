{#- The score by learned weights: 100 without deductions, and `usual_learned_score` for the usual customer where signals tell much. -#}
{% macro learned_score(log_odds, usual_log_odds) -%}
    {%- set steepness = var('learned_score_steepness') -%}
    {%- set usual_odds = '((100 - ' ~ var('usual_learned_score') ~ ') / cast(' ~ var('usual_learned_score') ~ ' as ' ~ type_double() ~ '))' -%}
    cast(
        100 * (1 + exp(-{{ steepness }} * {{ usual_log_odds }}) * {{ usual_odds }})
        / (1 + exp({{ steepness }} * (greatest({{ log_odds }}, 0) - {{ usual_log_odds }})) * {{ usual_odds }})
        as {{ type_rate() }}
    )
{%- endmacro %}

{#- Twenty steps of five points, by which churn probabilities are estimated. -#}
{% macro score_step(score) -%}
    cast(least(floor({{ score }} / 5), 19) as {{ dbt.type_int() }})
{%- endmacro %}
