-- Grain: one row per customer, month and signal (filter: scored population): its score and its weight.
with

signal_values as (select * from {{ ref('int_health_signal_values') }}),

signals as (select * from {{ ref('health_signals') }}),

defined_values as (

    select
        signal_values.customer_id,
        signal_values.activity_month,
        signal_values.signal_name,
        signals.signal_kind,
        signals.weight,
        signals.red_line,
        signals.green_line,
        signals.line_unit,
        signal_values.raw_value
    from signal_values
    inner join signals on signal_values.signal_name = signals.signal_name

),

threshold_values as (

    select
        customer_id,
        activity_month,
        signal_name,
        signal_kind,
        weight,
        red_line,
        green_line,
        raw_value,
        raw_value as line_value
    from defined_values
    where line_unit <> 'percentile' or raw_value is null

    union all

    -- The mid-rank among the company's customers of the month: of those with the same value half count as below.
    select
        customer_id,
        activity_month,
        signal_name,
        signal_kind,
        weight,
        red_line,
        green_line,
        raw_value,
        {{ rate(
            'rank() over (partition by activity_month, signal_name order by raw_value asc) - 1'
            ~ ' + 0.5 * count(*) over (partition by activity_month, signal_name, raw_value)',
            'count(*) over (partition by activity_month, signal_name)'
        ) }} as line_value
    from defined_values
    where line_unit = 'percentile' and raw_value is not null

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
        -- From 0 at the red threshold to 100 at the green one, whichever of them is the higher.
        case
            when line_value is not null
                then least(greatest({{ rate('100 * (line_value - red_line)', 'green_line - red_line') }}, 0), 100)
        end as score
    from threshold_values

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
    -- A warning counts while it is active; its absence is no sign of health.
    case
        when score is null or (signal_kind = 'warning' and score = 100) then 0
        else weight
    end as weight
from scores
