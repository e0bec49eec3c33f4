-- Grain: one row per closed month and build that closed it.
-- Append-only, no full refresh rebuilds it: what was published cannot be computed again. It is written last of the
-- three: a month without a row here is not kept.
-- depends_on: {{ ref('closed_customer_months') }}, {{ ref('closed_mrr_movements') }}, {{ ref('published_builds') }}
{{ config(
    materialized='incremental', incremental_strategy='append', full_refresh=false, on_schema_change='append_new_columns',
    pre_hook='{{ reopen_months() }}'
) }}
with

mrr_monthly as (select * from {{ ref('mrr_monthly') }}),

closed_months as (select * from {{ ref('closed_months') }}),

run_settings as (select * from {{ ref('run_settings') }})

select
    mrr_monthly.activity_month,
    mrr_monthly.opening_mrr_amount,
    mrr_monthly.new_mrr_amount,
    mrr_monthly.expansion_mrr_amount,
    mrr_monthly.contraction_mrr_amount,
    mrr_monthly.pause_mrr_amount,
    mrr_monthly.resume_mrr_amount,
    mrr_monthly.churn_mrr_amount,
    mrr_monthly.reactivation_mrr_amount,
    mrr_monthly.fx_mrr_amount,
    mrr_monthly.adjustment_mrr_amount,
    mrr_monthly.closing_mrr_amount,
    mrr_monthly.usage_mrr_amount,
    mrr_monthly.opening_customer_count,
    mrr_monthly.new_customer_count,
    mrr_monthly.expansion_customer_count,
    mrr_monthly.contraction_customer_count,
    mrr_monthly.pause_customer_count,
    mrr_monthly.resume_customer_count,
    mrr_monthly.churn_customer_count,
    mrr_monthly.reactivation_customer_count,
    mrr_monthly.fx_customer_count,
    mrr_monthly.active_customer_count,
    mrr_monthly.paying_customer_count,
    mrr_monthly.logo_churn_rate,
    mrr_monthly.gross_revenue_churn_rate,
    mrr_monthly.grr_rate,
    mrr_monthly.nrr_rate,
    mrr_monthly.nrr_with_reactivation_rate,
    mrr_monthly.grr_12m_rate,
    mrr_monthly.nrr_12m_rate,
    mrr_monthly.nrr_12m_with_reactivation_rate,
    mrr_monthly.quick_ratio,
    mrr_monthly.arpa_amount,
    mrr_monthly.intra_month_subscription_count,
    mrr_monthly.intra_month_mrr_amount,
    mrr_monthly.is_partial_month,
    mrr_monthly.adjustment_customer_count,
    closed_months.build_id,
    run_settings.as_of_date as known_date,
    cast(null as {{ dbt.type_string() }}) as reopened_build_id
from mrr_monthly
inner join closed_months on mrr_monthly.activity_month = closed_months.activity_month
cross join run_settings
where not closed_months.is_kept
