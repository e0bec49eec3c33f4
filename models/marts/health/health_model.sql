-- Grain: one row per fit and signal.
{%- set error = 'cast(' ~ var('confidence_z_score') ~ ' as ' ~ type_double() ~ ') * slope_errors.slope_error' %}
with

weights as (select * from {{ ref('int_health_weights') }}),

fits as (select * from {{ ref('int_health_fits') }}),

slope_errors as (select * from {{ ref('int_health_slope_errors') }}),

methods as (select * from {{ ref('int_health_methods') }}),

definitions as (select * from {{ ref('health_signals') }}),

-- Floats, added up in no fixed order and scaled: two decimals.
learned_bounds as (

    select
        weights.fit_month,
        weights.signal_name,
        {%- for bound, slope in {'low': 'fits.slope - ' ~ error, 'high': 'fits.slope + ' ~ error}.items() %}
        cast(
            ({{ slope }}) / cast(weights.deviation as {{ type_double() }}) * weights.weight_scale as decimal(28, 2)
        ) as {{ bound }}_weight{{ ',' if not loop.last }}
        {%- endfor %}
    from weights
    inner join fits on weights.fit_month = fits.fit_month and weights.signal_name = fits.signal_name
    inner join slope_errors
        on weights.fit_month = slope_errors.fit_month and weights.signal_name = slope_errors.signal_name
    where weights.deviation > 0.001

),

fit_counts as (

    select
        fit_month,
        min(activity_month) as first_month,
        max(activity_month) as last_month,
        count(*) as case_count,
        sum(case when has_churned then 1 else 0 end) as churn_count
    from {{ ref('int_health_fit_cases') }}
    where is_fitted
    group by fit_month

)

select
    weights.fit_month,
    weights.signal_name,
    methods.score_method,
    cast(definitions.weight as {{ type_rate() }}) as hand_set_weight,
    weights.learned_weight,
    -- Null where the signal is the same of all or the error is not known: the greatest of a null and 0 would be 0.
    cast(
        case
            when learned_bounds.low_weight is not null
                then greatest(learned_bounds.low_weight, coalesce(definitions.min_weight, 0))
        end as {{ type_rate() }}
    ) as learned_weight_low,
    cast(learned_bounds.high_weight as {{ type_rate() }}) as learned_weight_high,
    {{ rate(
        'weights.point_slope * weights.deviation',
        'sum(weights.point_slope * weights.deviation) over (partition by weights.fit_month)'
    ) }} as explanation_rate,
    weights.fit_month = max(weights.fit_month) over () as is_latest_fit,
    fit_counts.first_month,
    fit_counts.last_month,
    fit_counts.case_count,
    cast(fit_counts.churn_count as {{ dbt.type_bigint() }}) as churn_count,
    methods.compared_churn_count,
    methods.auc_gain,
    cast(methods.auc_gain - {{ var('confidence_z_score') }} * methods.auc_gain_error as {{ type_rate() }})
        as auc_gain_low,
    cast(methods.auc_gain + {{ var('confidence_z_score') }} * methods.auc_gain_error as {{ type_rate() }})
        as auc_gain_high
from weights
inner join methods on weights.fit_month = methods.fit_month
inner join fit_counts on weights.fit_month = fit_counts.fit_month
inner join definitions on weights.signal_name = definitions.signal_name
left join learned_bounds
    on weights.fit_month = learned_bounds.fit_month and weights.signal_name = learned_bounds.signal_name
