-- Grain: one row per customer and month at whose end it pays: the counts that its signals are made of.
with

subjects as (select * from {{ ref('int_health_population') }}),

usage_months as (select * from {{ ref('int_usage_months') }}),

usage_breadths as (select * from {{ ref('int_feature_adoption_months') }}),

seat_months as (select * from {{ ref('int_seat_months') }}),

onboarding_months as (select * from {{ ref('int_onboarding_months') }}),

nps_months as (select * from {{ ref('int_nps_months') }}),

ticket_months as (select * from {{ ref('int_ticket_months') }}),

payment_months as (select * from {{ ref('int_payment_months') }}),

cancellation_months as (select * from {{ ref('int_cancellation_months') }})

select
    subjects.customer_id,
    subjects.activity_month,
    subjects.onboarding_step_count,
    subjects.has_users,
    subjects.has_features,
    subjects.has_personalisation,
    subjects.has_onboarding,
    subjects.is_usage_known,
    subjects.is_trend_known,
    subjects.latest_days,
    subjects.previous_days,
    subjects.onboarding_share,
    coalesce(usage_months.active_day_count, 0) as active_day_count,
    coalesce(usage_months.event_count, 0) as event_count,
    coalesce(usage_months.previous_event_count, 0) as previous_event_count,
    coalesce(usage_breadths.active_user_count, 0) as active_user_count,
    coalesce(usage_breadths.feature_count, 0) as feature_count,
    coalesce(usage_breadths.personalisation_count, 0) as personalisation_count,
    coalesce(onboarding_months.onboarding_step_count, 0) as done_step_count,
    seat_months.seat_count,
    nps_months.score as nps_score,
    coalesce(ticket_months.urgent_ticket_count, case when subjects.has_tickets then 0 end) as urgent_ticket_count,
    coalesce(payment_months.payment_trouble_count, case when subjects.has_payments then 0 end)
        as payment_trouble_count,
    coalesce(cancellation_months.cancellation_asked_count, case when subjects.has_cancellations then 0 end)
        as cancellation_asked_count,
    coalesce(cancellation_months.auto_renew_off_count, case when subjects.has_auto_renew then 0 end)
        as auto_renew_off_count
from subjects
left join usage_months
    on subjects.customer_id = usage_months.customer_id and subjects.activity_month = usage_months.activity_month
left join usage_breadths
    on
        subjects.customer_id = usage_breadths.customer_id
        and subjects.activity_month = usage_breadths.activity_month
left join seat_months
    on subjects.customer_id = seat_months.customer_id and subjects.activity_month = seat_months.activity_month
left join onboarding_months
    on
        subjects.customer_id = onboarding_months.customer_id
        and subjects.activity_month = onboarding_months.activity_month
left join nps_months
    on subjects.customer_id = nps_months.customer_id and subjects.activity_month = nps_months.activity_month
left join ticket_months
    on subjects.customer_id = ticket_months.customer_id and subjects.activity_month = ticket_months.activity_month
left join payment_months
    on subjects.customer_id = payment_months.customer_id and subjects.activity_month = payment_months.activity_month
left join cancellation_months
    on
        subjects.customer_id = cancellation_months.customer_id
        and subjects.activity_month = cancellation_months.activity_month
