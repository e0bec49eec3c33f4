-- Grain: one row per customer, month at whose end it pays, and signal: what it reads; empty where it is not known.
{{ config(materialized='view') }}
with

health_values as (select * from {{ ref('int_health_values') }}),

signals as (select * from {{ ref('health_signals') }})

select
    health_values.customer_id,
    health_values.activity_month,
    signals.signal_name,
    signals.line_unit,
    cast(
        case signals.signal_name
            when 'usage_frequency' then health_values.usage_frequency
            when 'usage_volume' then health_values.usage_volume
            when 'usage_trend' then health_values.usage_trend
            when 'seat_activation' then health_values.seat_activation
            when 'feature_breadth' then health_values.feature_breadth
            when 'personalisation' then health_values.personalisation
            when 'onboarding' then health_values.onboarding
            when 'nps' then health_values.nps
            when 'urgent_tickets' then health_values.urgent_tickets
            when 'payment_trouble' then health_values.payment_trouble
            when 'cancellation_asked' then health_values.cancellation_asked
            when 'auto_renew_off' then health_values.auto_renew_off
        end as {{ type_rate() }}
    ) as raw_value
from health_values
cross join signals
