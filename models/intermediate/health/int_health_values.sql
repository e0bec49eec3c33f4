-- Grain: one row per customer and month at whose end it pays: what each signal reads; empty where it is not known.
with

facts as (select * from {{ ref('int_health_facts') }})

select
    customer_id,
    activity_month,
    case when is_usage_known then active_day_count * {{ var('usage_window_days') }} / latest_days end
        as usage_frequency,
    case when is_usage_known then event_count * {{ var('usage_window_days') }} / latest_days end as usage_volume,
    case
        when is_trend_known and event_count + previous_event_count > 0
            then
                (event_count + {{ var('usage_trend_prior') }})
                / (
                    previous_event_count * {{ var('usage_window_days') }} / previous_days
                    + {{ var('usage_trend_prior') }}
                )
    end as usage_trend,
    case when is_usage_known and has_users then active_user_count / cast(seat_count as {{ type_double() }}) end
        as seat_activation,
    case when is_usage_known and has_features then feature_count end as feature_breadth,
    case when is_usage_known and has_personalisation then personalisation_count end as personalisation,
    case
        when has_onboarding and onboarding_share > 0
            then least(done_step_count / (onboarding_step_count * onboarding_share), 1)
    end as onboarding,
    nps_score as nps,
    urgent_ticket_count as urgent_tickets,
    payment_trouble_count as payment_trouble,
    cancellation_asked_count as cancellation_asked,
    auto_renew_off_count as auto_renew_off
from facts
