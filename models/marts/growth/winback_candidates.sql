-- Grain: one row per customer (filter: has churned and not come back).
with

lost_customers as (select * from {{ ref('int_lost_customers') }}),

health_statuses as (select * from {{ ref('int_health_statuses') }}),

value_months as (select * from {{ ref('int_customer_value_months') }}),

return_rates as (select * from {{ ref('int_return_rates') }}),

return_paths as (select * from {{ ref('return_paths') }}),

ranked_months as (

    select
        lost_customers.customer_id,
        health_statuses.activity_month,
        health_statuses.health_status,
        health_statuses.mrr_amount,
        row_number() over (
            partition by lost_customers.customer_id order by health_statuses.activity_month desc
        ) as recency
    from lost_customers
    inner join health_statuses
        on
            lost_customers.customer_id = health_statuses.customer_id
            and lost_customers.left_date > health_statuses.scored_date

)

select
    lost_customers.customer_id,
    lost_customers.as_of_date,
    lost_customers.left_date,
    lost_customers.gone_days,
    lost_customers.churn_kind,
    lost_customers.cancel_reason,
    ranked_months.health_status as last_health_status,
    cast(ranked_months.mrr_amount as {{ type_amount() }}) as lost_mrr_amount,
    value_months.ltv_amount as last_ltv_amount,
    return_rates.return_rate,
    return_rates.at_risk_count as comparable_customer_count,
    return_paths.return_path
from lost_customers
left join ranked_months on lost_customers.customer_id = ranked_months.customer_id and ranked_months.recency = 1
left join value_months
    on
        ranked_months.customer_id = value_months.customer_id
        and ranked_months.activity_month = value_months.activity_month
left join return_rates on lost_customers.gone_months = return_rates.gone_months and return_rates.is_as_of
left join return_paths
    on
        lost_customers.churn_kind = return_paths.churn_kind
        and lost_customers.gone_days >= return_paths.min_days_gone
        and coalesce(lost_customers.gone_days < return_paths.max_days_gone, true)
