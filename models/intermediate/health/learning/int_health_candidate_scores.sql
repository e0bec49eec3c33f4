-- Grain: one row per customer and month (filter: scored population): its scores by hand-set and by learned weights.
{%- set known_measure_weight = sum_of_signals(
    "case when hand_set_weights.{signal}_signal_kind = 'measure' then counted_weights.{signal}_weight else 0 end"
) %}
{%- set known_weight = sum_of_signals('counted_weights.{signal}_weight') %}
with

signals as (select * from {{ ref('int_health_signals') }}),

weights as (select * from {{ ref('int_health_weights') }}),

definitions as (select * from {{ ref('health_signals') }}),

months as (select * from {{ ref('int_months') }}),

-- Fits begin with quarters. A month before one is scored by it, too, to be compared with the month that follows.
fit_months as (

    select
        activity_month,
        cast({{ dbt.date_trunc('quarter', 'activity_month') }} as date) as fit_month,
        cast({{ dbt.date_trunc('quarter', add_months('activity_month', 1)) }} as date) as next_fit_month
    from months

),

month_weights as (

    select
        {%- for prefix, fit_month in {'': 'fit_months.fit_month', 'next_': 'fit_months.next_fit_month'}.items() %}
        {%- set of_fit = 'weights.fit_month = ' ~ fit_month %}
        {%- for signal in health_signals() %}
        {%- set of_signal = of_fit ~ " and weights.signal_name = '" ~ signal ~ "'" %}
        max(case when {{ of_signal }} then weights.point_slope end) as {{ prefix }}{{ signal }}_point_slope,
        max(case when {{ of_signal }} then weights.mean_deduction end)
            as {{ prefix }}{{ signal }}_mean_deduction,
        {%- endfor %}
        max(case when {{ of_fit }} then weights.usual_log_odds end) as {{ prefix }}usual_log_odds,
        {%- endfor %}
        fit_months.activity_month
    from fit_months
    inner join weights
        on fit_months.next_fit_month >= weights.fit_month and fit_months.fit_month <= weights.fit_month
    group by fit_months.activity_month

),

hand_set_weights as (

    select
        sum(case when signal_kind = 'measure' then weight else 0 end) as measure_weight,
        {{- signal_columns(['signal_kind', 'weight']) }}
    from definitions

),

counted_weights as (

    select
        {%- for signal in health_signals() %}
        {{ counted_weight(
            'signals.' ~ signal ~ '_score', 'hand_set_weights.' ~ signal ~ '_signal_kind',
            'hand_set_weights.' ~ signal ~ '_weight'
        ) }} as {{ signal }}_weight,
        signals.{{ signal }}_score,
        {%- endfor %}
        signals.customer_id,
        signals.activity_month
    from signals
    cross join hand_set_weights

),

log_odds as (

    select
        counted_weights.customer_id,
        counted_weights.activity_month,
        {{ rate(
            sum_of_signals('coalesce(counted_weights.{signal}_score, 0) * counted_weights.{signal}_weight'),
            known_weight
        ) }} as hand_set_score,
        {{ known_weight }} as known_weight,
        {{ rate(known_measure_weight, 'hand_set_weights.measure_weight') }} as signal_coverage_rate,
        -- What is not known counts as the mean of the customers that the weights were learned from.
        {{ learned_log_odds('month_weights', 'counted_weights') }} as log_odds,
        month_weights.usual_log_odds,
        {{ learned_log_odds('month_weights', 'counted_weights', prefix='next_') }} as next_log_odds,
        month_weights.next_usual_log_odds
    from counted_weights
    cross join hand_set_weights
    left join month_weights on counted_weights.activity_month = month_weights.activity_month

)

select
    customer_id,
    activity_month,
    hand_set_score,
    known_weight,
    signal_coverage_rate,
    log_odds,
    case
        when hand_set_score is not null and log_odds is not null
            then {{ learned_score('log_odds', 'usual_log_odds') }}
    end as learned_score,
    case
        when hand_set_score is not null and next_log_odds is not null
            then {{ learned_score('next_log_odds', 'next_usual_log_odds') }}
    end as next_learned_score
from log_odds
