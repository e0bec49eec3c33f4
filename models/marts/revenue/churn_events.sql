-- Grain: one row per customer and month in which it churned.
with

customer_months as (select * from {{ ref('customer_months') }}),

movements as (select * from {{ ref('mrr_movements') }}),

events as (select * from {{ ref('int_churn_events') }}),

tenure_months as (select * from {{ ref('int_customer_tenure_months') }}),

health_months as (select * from {{ ref('customer_health_months') }}),

alerts as (select * from {{ ref('health_alerts') }}),

expected_values as (select * from {{ ref('int_customer_expected_values') }}),

-- As they are reported: closed months keep the departures that were published.
churns as (
    select
        customer_months.customer_id,
        customer_months.activity_month,
        customer_months.is_partial_month,
        coalesce(events.left_date, customer_months.activity_month) as left_date,
        events.left_date is not null as is_known,
        events.returned_date,
        events.churn_kind,
        events.cancel_reason
    from customer_months
    left join events
        on
            customer_months.customer_id = events.customer_id
            and customer_months.activity_month = events.activity_month
    where customer_months.movement_type = 'churn'
),

churned_amounts as (
    select
        customer_id,
        activity_month,
        -sum(movement_amount) as churned_mrr_amount
    from movements
    where movement_type = 'churn'
    group by customer_id, activity_month
),

-- The last month end before the day on which it left, within the service that ended: it may lie before a pause.
last_health_months as (
    select
        churns.customer_id,
        churns.activity_month,
        health_months.activity_month as health_month,
        health_months.health_status,
        health_months.health_score,
        row_number() over (
            partition by churns.customer_id, churns.activity_month order by health_months.activity_month desc
        ) as recency
    from churns
    inner join tenure_months
        on churns.customer_id = tenure_months.customer_id and churns.activity_month = tenure_months.activity_month
    inner join health_months
        on
            churns.customer_id = health_months.customer_id
            and churns.left_date > health_months.scored_date
            and tenure_months.service_month <= health_months.activity_month
),

-- On which days an alert stood open tells its end; one that the churn itself closed was open until then.
alerted_churns as (
    select distinct
        churns.customer_id,
        churns.activity_month
    from churns
    inner join alerts
        on
            churns.customer_id = alerts.customer_id
            and churns.left_date > alerts.opened_date
            and coalesce(
                {{ days_between('alerts.closed_date', 'churns.left_date') }} < {{ var('health_horizon_days') }}, true
            )
)

select
    churns.customer_id,
    churns.activity_month,
    churns.is_partial_month,
    case when churns.is_known then churns.left_date end as left_date,
    churns.churn_kind,
    churns.cancel_reason,
    tenure_months.plan_id,
    coalesce(tenure_months.plan_name, 'unknown') as plan_name,
    tenure_months.billing_interval,
    tenure_months.tenure_months,
    tenure_months.tenure_band,
    cast(coalesce(churned_amounts.churned_mrr_amount, 0) as {{ type_amount() }}) as churned_mrr_amount,
    cast(expected_values.value_amount * {{ var('gross_margin_rate') }} as {{ type_amount() }})
        as expected_future_ltv_amount,
    last_health_months.health_status as last_health_status,
    last_health_months.health_score as last_health_score,
    alerted_churns.customer_id is not null as was_alerted,
    churns.returned_date
from churns
left join tenure_months
    on churns.customer_id = tenure_months.customer_id and churns.activity_month = tenure_months.activity_month
left join churned_amounts
    on churns.customer_id = churned_amounts.customer_id and churns.activity_month = churned_amounts.activity_month
left join last_health_months
    on
        churns.customer_id = last_health_months.customer_id
        and churns.activity_month = last_health_months.activity_month
        and last_health_months.recency = 1
left join expected_values
    on
        churns.customer_id = expected_values.customer_id
        and last_health_months.health_month = expected_values.activity_month
        and expected_values.value_horizon = 'lifetime'
left join alerted_churns
    on churns.customer_id = alerted_churns.customer_id and churns.activity_month = alerted_churns.activity_month
