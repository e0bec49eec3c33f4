{#- Every row of a model holds to every rule: name -> condition. Each broken rule is shown with how many rows break it. -#}
{% test expression_is_true(model, expressions) %}

{{ broken_rules(model, expressions) }}

{% endtest %}
