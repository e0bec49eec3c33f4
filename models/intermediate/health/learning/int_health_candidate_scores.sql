-- Grain: one row per customer and month (filter: scored population): its scores by hand-set and by learned weights.
with

signals as (select * from {{ ref('int_health_signals') }}),

weights as (select * from {{ ref('int_health_weights') }}),

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
        {%- for column in ['point_slope', 'mean_deduction', 'usual_log_odds'] %}
        max(case when weights.fit_month = {{ fit_month }} then weights.{{ column }} end)
            as {{ prefix }}{{ column }},
        {%- endfor %}
        {%- endfor %}
        fit_months.activity_month,
        weights.signal_name
    from fit_months
    inner join weights
        on
            fit_months.next_fit_month >= weights.fit_month
            and fit_months.fit_month <= weights.fit_month
    group by fit_months.activity_month, weights.signal_name

),

sums as (

    select
        signals.customer_id,
        signals.activity_month,
        {{ rate('sum(signals.score * signals.weight)', 'sum(signals.weight)') }} as hand_set_score,
        sum(signals.weight) as known_weight,
        {{ rate(
            "sum(case when signals.signal_kind = 'measure' then signals.weight else 0 end)",
            "sum(case when signals.signal_kind = 'measure' then signals.full_weight else 0 end)"
        ) }} as signal_coverage_rate,
        -- What is not known counts as the mean of the customers that the weights were learned from.
        sum(cast({{ log_odds_units(
            'month_weights.point_slope', 'signals.score', 'month_weights.mean_deduction'
        ) }} as {{ dbt.type_bigint() }})) as log_odds,
        max(month_weights.usual_log_odds) as usual_log_odds,
        sum(cast({{ log_odds_units(
            'month_weights.next_point_slope', 'signals.score', 'month_weights.next_mean_deduction'
        ) }} as {{ dbt.type_bigint() }})) as next_log_odds,
        max(month_weights.next_usual_log_odds) as next_usual_log_odds
    from signals
    left join month_weights
        on
            signals.activity_month = month_weights.activity_month
            and signals.signal_name = month_weights.signal_name
    group by signals.customer_id, signals.activity_month

),

log_odds as (

    select
        customer_id,
        activity_month,
        hand_set_score,
        known_weight,
        signal_coverage_rate,
        {{ rate('log_odds', '100000000') }} as log_odds,
        usual_log_odds,
        {{ rate('next_log_odds', '100000000') }} as next_log_odds,
        next_usual_log_odds
    from sums

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
