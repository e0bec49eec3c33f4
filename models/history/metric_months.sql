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

mrr_monthly as (select * from {{ ref('mrr_monthly') }}),

revenue_bridge as (select * from {{ ref('revenue_bridge') }}),

nps_monthly as (select * from {{ ref('nps_monthly') }}),

known_months as (select * from {{ ref('int_mrr_months') }}),

closed_months as (select * from {{ ref('closed_months') }}),

months as (select * from {{ ref('int_months') }}),

-- Months that end with the MRR that is known now: corrections of what was closed before are booked by their end.
adjusted_months as (

    select mrr_monthly.activity_month
    from mrr_monthly
    inner join known_months
        on
            mrr_monthly.activity_month = known_months.activity_month
            and mrr_monthly.closing_mrr_amount = known_months.closing_mrr_amount

),

closings as (

    select
        closed_months.activity_month,
        min(adjusted_months.activity_month) as adjusted_in_month
    from closed_months
    left join adjusted_months on closed_months.activity_month <= adjusted_months.activity_month
    where closed_months.is_kept
    group by closed_months.activity_month

)

{% for mart, columns in metrics.items() -%}
{% set is_last_mart = loop.last -%}
{% for column in columns -%}
select
    {{ mart }}.activity_month,
    '{{ column }}' as metric_name,
    '{{ inputs[mart] }}' as input_name,
    '{{ metric_definition_id(mart) }}' as definition_id,
    cast({{ mart }}.{{ column }} as {{ type_amount() }}) as metric_value,
    cast({{ 'known_months' if mart == 'mrr_monthly' else mart }}.{{ column }} as {{ type_amount() }}) as known_value,
    {% if mart == 'mrr_monthly' -%}
    closings.activity_month is not null as is_closed,
    case when closings.adjusted_in_month > closings.activity_month then closings.adjusted_in_month end
        as adjusted_in_month
    {%- else -%}
    false as is_closed,
    cast(null as date) as adjusted_in_month
    {%- endif %}
from {{ mart }}
inner join months on {{ mart }}.activity_month = months.activity_month
{%- if mart == 'mrr_monthly' %}
left join known_months on mrr_monthly.activity_month = known_months.activity_month
left join closings on mrr_monthly.activity_month = closings.activity_month
{%- endif %}
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
