{#- The relative variance of the hazards of a survival segment: of its own part, and of what it takes over from its parent. -#}
{% macro level_variance(parameters) -%}
    (
        {{ parameters }}.own_variance
        + (1 - {{ parameters }}.credibility_weight) * (1 - {{ parameters }}.credibility_weight)
        * {{ parameters }}.shared_variance
    )
{%- endmacro %}
