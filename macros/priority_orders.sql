{#- The orders of the priority list that are compared: the amount or score by which each ranks, the largest first. The first one is
    in force unless another one has found more. -#}
{% macro priority_orders() -%}
    {{ return({
        'expected_loss': 'expected_loss_amount',
        'probability_x_mrr': as_amount('churn_probability * mrr_amount'),
        'curve_loss': 'curve_loss_amount',
        'value_at_risk': 'value_at_risk_amount',
        'health': '-health_score',
        'mrr': 'mrr_amount',
    }) }}
{%- endmacro %}
