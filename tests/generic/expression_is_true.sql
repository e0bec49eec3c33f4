{#- Every row of a model holds to every rule: name -> condition. Each broken rule is shown with how many rows break it. -#}
{% test expression_is_true(model, expressions) %}

select
    broken_rule,
    count(*) as row_count
from (
    select
        case
            {%- for name, condition in expressions.items() %}
            when not coalesce({{ condition }}, false) then '{{ name }}'
            {%- endfor %}
        end as broken_rule
    from {{ model }}
) as checked
where broken_rule is not null
group by broken_rule

{% endtest %}
