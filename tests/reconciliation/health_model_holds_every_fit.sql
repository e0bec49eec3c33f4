-- Every fit stands with all its signals, and what they explain sums to 1.
{{ config(group='health') }}
with

fits as (

    select
        fit_month,
        count(*) as signal_count,
        sum(learned_weight) as learned_weight
    from {{ ref('int_health_weights') }}
    group by fit_month

),

shown_fits as (

    select
        fit_month,
        count(*) as signal_count,
        sum(learned_weight) as learned_weight,
        sum(explanation_rate) as explanation_rate
    from {{ ref('health_model') }}
    group by fit_month

)

select
    coalesce(fits.fit_month, shown_fits.fit_month) as fit_month,
    fits.learned_weight as expected_weight,
    shown_fits.learned_weight
from fits
full outer join shown_fits on fits.fit_month = shown_fits.fit_month
where
    coalesce(fits.signal_count <> shown_fits.signal_count, true)
    or fits.learned_weight <> shown_fits.learned_weight
    or abs(shown_fits.explanation_rate - 1) > 0.000001
