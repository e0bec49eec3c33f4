-- Grain: one row per customer, month at whose end it pays, and signal: its score and what it weighs.
with

readings as (select * from {{ ref('int_health_readings') }}),

percentiles as (select * from {{ ref('int_health_percentiles') }}),

signals as (select * from {{ ref('health_signals') }}),

line_values as (

    select
        readings.customer_id,
        readings.activity_month,
        readings.signal_name,
        signals.signal_kind,
        signals.weight,
        signals.red_line,
        signals.green_line,
        readings.raw_value,
        case when signals.line_unit = 'percentile' then percentiles.percentile else readings.raw_value end as line_value
    from readings
    inner join signals on readings.signal_name = signals.signal_name
    left join percentiles
        on
            readings.activity_month = percentiles.activity_month
            and readings.signal_name = percentiles.signal_name
            and readings.raw_value = percentiles.raw_value

),

scores as (

    select
        customer_id,
        activity_month,
        signal_name,
        signal_kind,
        weight,
        raw_value,
        line_value,
        -- From 0 at the red line to 100 at the green one, whichever of them is the higher.
        case
            when line_value is not null
                then least(greatest({{ rate('100 * (line_value - red_line)', 'green_line - red_line') }}, 0), 100)
        end as score
    from line_values

)

select
    customer_id,
    activity_month,
    signal_name,
    signal_kind,
    raw_value,
    line_value,
    score,
    score is not null as is_known,
    weight as full_weight,
    -- A warning counts while it stands; that there is none is no sign of health.
    case
        when score is null or (signal_kind = 'warning' and score = 100) then 0
        else weight
    end as weight
from scores
