{#- The score by learned weights: `usual_learned_score` for the usual odds of churn, less for higher ones. -#}
{% macro learned_score(log_odds, usual_log_odds) -%}
    {%- set usual_score = 'cast(' ~ var('usual_learned_score') ~ ' as ' ~ type_double() ~ ')' -%}
    cast(
        100 / (
            1
            + (100 - {{ usual_score }}) / {{ usual_score }}
            * exp({{ var('learned_score_steepness') }} * cast(greatest({{ log_odds }}, 0) - {{ usual_log_odds }} as {{ type_double() }}))
        ) as {{ type_rate() }}
    )
{%- endmacro %}

{#- Twenty steps of five points, by which churn probabilities are estimated. -#}
{% macro score_step(score) -%}
    cast(least(floor({{ score }} / 5), 19) as {{ dbt.type_int() }})
{%- endmacro %}

{#- What a signal adds to the log odds, as a whole number of eight decimals: sums of them are exact, whatever the order. Where the score
    is not known, what the mean of the customers adds that the weights were learned from. -#}
{% macro log_odds_units(point_slope, score, mean_deduction='null') -%}
    round(100000000 * {{ point_slope }} * coalesce(
        100 - cast({{ score }} as {{ type_double() }}), cast({{ mean_deduction }} as {{ type_double() }})
    ))
{%- endmacro %}
