-- Grain: one row per period, model, ranking (model, published), customer and month (filter: both probabilities known).
with

cases as (select * from {{ ref('int_health_backtest_cases') }}),

model_scores as (select * from {{ ref('int_model_score_months') }})

{% for ranking, probability in {
    'model': 'model_scores.churn_probability', 'published': 'cases.churn_probability'
}.items() %}
select
    cases.period_name,
    model_scores.model_name,
    '{{ ranking }}' as ranking,
    cases.customer_id,
    cases.activity_month,
    cases.has_churned,
    model_scores.is_backfilled,
    {{ probability }} as churn_probability
from cases
inner join model_scores
    on cases.customer_id = model_scores.customer_id and cases.activity_month = model_scores.activity_month
where cases.churn_probability is not null
{% if not loop.last %}
union all
{% endif %}
{%- endfor %}
