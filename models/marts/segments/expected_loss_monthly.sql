-- Grain: one row per month (filter: with a valuation date): the priority list of its end as a whole.
with

ranks as (select * from {{ ref('int_priority_ranks') }}),

months as (select * from {{ ref('int_months') }}),

-- Of a customer whose loss is not known nothing counts, neither what was expected nor what came.
known_ranks as (

    select
        activity_month,
        horizon_date,
        case when expected_loss_amount is not null then customer_id end as valued_customer_id,
        case when expected_loss_amount is not null then churn_probability end as churn_probability,
        case when expected_loss_amount is not null and is_observed then has_churned end as has_churned,
        mrr_amount,
        lost_value_amount,
        expected_loss_amount
    from ranks

),

totals as (

    select
        activity_month,
        max(horizon_date) as horizon_date,
        count(*) as customer_count,
        count(valued_customer_id) as valued_customer_count,
        sum(expected_loss_amount) as expected_loss_amount,
        sum(churn_probability) as expected_churn_count,
        sum(churn_probability * mrr_amount) as expected_churn_mrr_amount,
        sum(case when has_churned then lost_value_amount when not has_churned then 0 end) as lost_value_amount,
        sum(case when has_churned then mrr_amount when not has_churned then 0 end) as churned_mrr_amount,
        sum(case when has_churned then 1 when not has_churned then 0 end) as churn_count
    from known_ranks
    group by activity_month

)

select
    totals.activity_month,
    months.is_partial_month,
    totals.horizon_date,
    cast(totals.customer_count as {{ dbt.type_bigint() }}) as customer_count,
    cast(totals.valued_customer_count as {{ dbt.type_bigint() }}) as valued_customer_count,
    cast(totals.expected_loss_amount as {{ type_amount() }}) as expected_loss_amount,
    cast(totals.expected_churn_count as {{ type_rate() }}) as expected_churn_count,
    cast(totals.expected_churn_mrr_amount as {{ type_amount() }}) as expected_churn_mrr_amount,
    cast(totals.lost_value_amount as {{ type_amount() }}) as lost_value_amount,
    cast(totals.churned_mrr_amount as {{ type_amount() }}) as churned_mrr_amount,
    cast(totals.churn_count as {{ dbt.type_bigint() }}) as churn_count
from totals
inner join months on totals.activity_month = months.activity_month
