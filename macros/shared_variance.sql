{#- The variance of a sum over the survival segments of one term, from sums over each: own variances add up, a segment's own
    level is its own error, and the level and the tail that it takes over from the term are shared by all of them. -#}
{% macro shared_variance(own_variance, level_slope, tail_slope, parameters) -%}
    (
        sum({{ own_variance }} + {{ level_slope }} * {{ level_slope }} * {{ parameters }}.own_variance)
        + power(sum((1 - {{ parameters }}.credibility_weight) * {{ level_slope }}), 2)
        * max({{ parameters }}.shared_variance)
        + power(sum({{ tail_slope }}), 2) * max({{ parameters }}.tail_variance)
    )
{%- endmacro %}
