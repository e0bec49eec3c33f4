{#- By how many standard errors a share of cases is above another one, the errors as if both were alike; null where a
    group is empty or all cases are. -#}
{% macro share_z_score(count, case_count, other_count, other_case_count, independent_share) -%}
    ({{ count }} / nullif({{ case_count }}, 0) - {{ other_count }} / nullif({{ other_case_count }}, 0)) / nullif(sqrt(
        ({{ count }} + {{ other_count }})
        * ({{ case_count }} + {{ other_case_count }} - {{ count }} - {{ other_count }})
        / nullif(({{ case_count }} + {{ other_case_count }}) * {{ case_count }} * {{ other_case_count }}, 0)
        / {{ independent_share }}
    ), 0)
{%- endmacro %}
