-- Grain: one row per customer and month at whose end it pays: the weighted mean of what its signals say.
with

signals as (select * from {{ ref('int_health_signals') }})

select
    customer_id,
    activity_month,
    {{ rate('sum(score * weight)', 'sum(weight)') }} as health_score,
    sum(weight) as known_weight,
    {{ rate(
        "sum(case when signal_kind = 'measure' then weight else 0 end)",
        "sum(case when signal_kind = 'measure' then full_weight else 0 end)"
    ) }} as signal_coverage_rate
from signals
group by customer_id, activity_month
