{#- The metrics that the input targets may name, each a column of mrr_monthly, with the least and the most that a target of a rate may
    be: one beyond them is written in per cent. -#}
{% macro target_metrics() -%}
    {{ return({
        'closing_mrr_amount': none,
        'new_mrr_amount': none,
        'expansion_mrr_amount': none,
        'contraction_mrr_amount': none,
        'churn_mrr_amount': none,
        'reactivation_mrr_amount': none,
        'usage_mrr_amount': none,
        'arpa_amount': none,
        'active_customer_count': none,
        'paying_customer_count': none,
        'new_customer_count': none,
        'churn_customer_count': none,
        'logo_churn_rate': [0, 1],
        'gross_revenue_churn_rate': [0, 1],
        'grr_rate': [0, 1],
        'grr_12m_rate': [0, 1],
        'nrr_rate': [0, 10],
        'nrr_12m_rate': [0, 10],
        'quick_ratio': none,
    }) }}
{%- endmacro %}
