-- Grain: one row per customer, month and signal (filter: scored population): the signal's value, null if not known.
{{ config(materialized='view') }}
{#- A new signal is one branch: in the model of its input or, with a model of its own, here. #}
{%- set branches = [
    'usage_signals', 'adoption_signals', 'nps_signals', 'ticket_signals',
    'payment_signals', 'cancellation_signals', 'price_and_seat_signals', 'support_signals', 'billing_signals'
] %}
with

population as (select * from {{ ref('int_health_population') }}),

signals as (select * from {{ ref('health_signals') }}),

usage_signals as (select * from {{ ref('int_usage_signals') }}),

adoption_signals as (select * from {{ ref('int_adoption_signals') }}),

nps_signals as (select * from {{ ref('int_nps_months') }}),

ticket_signals as (select * from {{ ref('int_ticket_months') }}),

payment_signals as (select * from {{ ref('int_payment_months') }}),

cancellation_signals as (select * from {{ ref('int_cancellation_months') }}),

price_and_seat_signals as (select * from {{ ref('int_price_and_seat_months') }}),

support_signals as (select * from {{ ref('int_support_signals') }}),

billing_signals as (select * from {{ ref('int_billing_signals') }}),

known_values as (

    {% for branch in branches %}
    select
        customer_id,
        activity_month,
        signal_name,
        raw_value
    from {{ branch }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select
    population.customer_id,
    population.activity_month,
    signals.signal_name,
    cast(known_values.raw_value as {{ type_rate() }}) as raw_value
from population
cross join signals
left join known_values
    on
        population.customer_id = known_values.customer_id
        and population.activity_month = known_values.activity_month
        and signals.signal_name = known_values.signal_name
