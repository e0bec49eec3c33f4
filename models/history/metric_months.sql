-- Grain: one row per complete month and headline metric.
{%- set metrics = {
    'mrr_monthly': ['closing_mrr_amount', 'active_customer_count', 'new_mrr_amount', 'expansion_mrr_amount',
        'contraction_mrr_amount', 'churn_mrr_amount', 'reactivation_mrr_amount', 'logo_churn_rate', 'nrr_12m_rate',
        'grr_12m_rate'],
    'revenue_bridge': ['net_collected_amount'],
    'nps_monthly': ['nps_score'],
} %}
{%- set inputs = {
    'mrr_monthly': 'subscription_changes', 'revenue_bridge': 'invoice_lines', 'nps_monthly': 'nps_responses',
} %}
with

{% for mart in metrics -%}
{{ mart }} as (select * from {{ ref(mart) }}),

{% endfor -%}
months as (select * from {{ ref('int_months') }})

{% for mart, columns in metrics.items() -%}
{% set is_last_mart = loop.last -%}
{% for column in columns -%}
select
    {{ mart }}.activity_month,
    '{{ column }}' as metric_name,
    '{{ inputs[mart] }}' as input_name,
    '{{ metric_definition_id(mart) }}' as definition_id,
    cast({{ mart }}.{{ column }} as {{ type_amount() }}) as metric_value
from {{ mart }}
inner join months on {{ mart }}.activity_month = months.activity_month
where
    not months.is_partial_month
    and {{ mart }}.{{ column }} is not null
    {%- if mart == 'nps_monthly' %}
    and nps_monthly.nps_window = 'month'
    and nps_monthly.nps_dimension = 'all'
    {%- endif %}
{% if not (is_last_mart and loop.last) %}
union all

{% endif %}
{%- endfor %}
{%- endfor %}
