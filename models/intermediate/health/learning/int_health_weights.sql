-- Grain: one row per fit and signal: its learned weight, in units of the weights set by hand.
with

fits as (select * from {{ ref('int_health_fits') }}),

fit_values as (select * from {{ ref('int_health_fit_values') }}),

definitions as (select * from {{ ref('health_signals') }}),

moments as (

    select
        fit_month,
        signal_name,
        max(mean_deduction) as mean_deduction,
        max(deviation) as deviation,
        -- Those that stayed are most customers.
        cast(
            coalesce(max(mean_deduction) + max(deviation) * avg(case when has_churned then null else distance end), 0)
            as {{ type_rate() }}
        ) as usual_deduction
    from fit_values
    group by fit_month, signal_name

),

point_slopes as (

    select
        fits.fit_month,
        fits.signal_name,
        definitions.weight,
        definitions.min_weight,
        definitions.max_weight,
        coalesce(moments.mean_deduction, 0) as mean_deduction,
        moments.deviation,
        moments.usual_deduction,
        -- What a point less of the signal's score adds to the logarithm of the odds.
        case when moments.deviation > 0.001 then {{ rate('fits.slope', 'moments.deviation') }} else 0 end as point_slope
    from fits
    inner join moments on fits.fit_month = moments.fit_month and fits.signal_name = moments.signal_name
    inner join definitions on fits.signal_name = definitions.signal_name

),

scales as (

    select
        fit_month,
        {{ rate('sum(weight)', 'sum(greatest(point_slope, 0))') }} as weight_scale
    from point_slopes
    group by fit_month

),

weights as (

    select
        point_slopes.fit_month,
        point_slopes.signal_name,
        point_slopes.mean_deduction,
        point_slopes.deviation,
        point_slopes.usual_deduction,
        scales.weight_scale,
        cast(
            least(
                greatest(
                    cast(point_slopes.point_slope as {{ type_double() }}) * scales.weight_scale,
                    coalesce(cast(point_slopes.min_weight as {{ type_double() }}), 0)
                ),
                coalesce(cast(point_slopes.max_weight as {{ type_double() }}), 1000000)
            ) as {{ type_rate() }}
        ) as learned_weight
    from point_slopes
    inner join scales on point_slopes.fit_month = scales.fit_month

)

select
    fit_month,
    signal_name,
    mean_deduction,
    deviation,
    weight_scale,
    learned_weight,
    cast(learned_weight as {{ type_double() }}) / weight_scale as point_slope,
    sum(
        cast(
            cast(learned_weight as {{ type_double() }}) / weight_scale * usual_deduction as {{ type_rate() }}
        )
    ) over (partition by fit_month) as usual_log_odds
from weights
where weight_scale is not null
