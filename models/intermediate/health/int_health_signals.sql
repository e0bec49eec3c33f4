-- Grain: one row per customer and month (filter: scored population): each signal's value, and its score.
{#- A new signal is one column of the model of its input, here, and in the macro health_signals. #}
{%- set inputs = {
    'usage_signals': ['usage_frequency', 'usage_volume', 'usage_trend', 'usage_recency'],
    'adoption_signals': ['seat_activation', 'feature_breadth', 'personalisation', 'onboarding', 'contact_gone'],
    'nps_signals': ['nps'],
    'ticket_signals': ['urgent_tickets'],
    'payment_signals': ['payment_trouble'],
    'cancellation_signals': ['cancellation_asked', 'auto_renew_off'],
    'price_and_seat_signals': ['price_rise', 'seats_falling'],
    'support_signals': ['support_tickets', 'slow_tickets', 'support_satisfaction'],
    'billing_signals': ['late_payments', 'discount_ending'],
} %}
with

population as (select * from {{ ref('int_health_population') }}),

definitions as (select * from {{ ref('health_signals') }}),

usage_signals as (select * from {{ ref('int_usage_signals') }}),

adoption_signals as (select * from {{ ref('int_adoption_signals') }}),

nps_signals as (select * from {{ ref('int_nps_months') }}),

ticket_signals as (select * from {{ ref('int_ticket_months') }}),

payment_signals as (select * from {{ ref('int_payment_months') }}),

cancellation_signals as (select * from {{ ref('int_cancellation_months') }}),

price_and_seat_signals as (select * from {{ ref('int_price_and_seat_months') }}),

support_signals as (select * from {{ ref('int_support_signals') }}),

billing_signals as (select * from {{ ref('int_billing_signals') }}),

signal_values as (

    select
        {%- for input, signals in inputs.items() %}
        {%- for signal in signals %}
        cast({{ input }}.{{ signal }} as {{ type_rate() }}) as {{ signal }}_value,
        {%- endfor %}
        {%- endfor %}
        population.customer_id,
        population.activity_month
    from population
    {% for input in inputs %}
    left join {{ input }}
        on
            population.customer_id = {{ input }}.customer_id
            and population.activity_month = {{ input }}.activity_month
    {% endfor %}

),

thresholds as (

    select
        {{- signal_columns(['line_unit', 'red_line', 'green_line']) }}
    from definitions

),

value_counts as (

    {% for signal in percentile_signals() %}
    select
        signal_values.activity_month,
        '{{ signal }}' as signal_name,
        signal_values.{{ signal }}_value as signal_value,
        count(*) as customer_count
    from signal_values
    cross join thresholds
    where thresholds.{{ signal }}_line_unit = 'percentile' and signal_values.{{ signal }}_value is not null
    group by signal_values.activity_month, signal_values.{{ signal }}_value
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

-- The mid-rank among the company's customers of the month: of those with the same value half count as below.
percentiles as (

    select
        activity_month,
        signal_name,
        signal_value,
        {{ rate(
            'sum(customer_count) over (partition by activity_month, signal_name order by signal_value asc'
            ~ ' rows between unbounded preceding and current row) - 0.5 * customer_count',
            'sum(customer_count) over (partition by activity_month, signal_name)'
        ) }} as percentile
    from value_counts

)

select
    {%- for signal in health_signals() %}
    signal_values.{{ signal }}_value,
    {{ signal_score(signal) }} as {{ signal }}_score,
    {%- endfor %}
    signal_values.customer_id,
    signal_values.activity_month
from signal_values
cross join thresholds
{%- for signal in percentile_signals() %}
left join percentiles as {{ signal }}_percentiles
    on
        {{ signal }}_percentiles.signal_name = '{{ signal }}'
        and signal_values.activity_month = {{ signal }}_percentiles.activity_month
        and signal_values.{{ signal }}_value = {{ signal }}_percentiles.signal_value
{%- endfor %}
