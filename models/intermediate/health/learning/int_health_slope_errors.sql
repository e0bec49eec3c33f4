-- Grain: one row per fit and signal (the intercept is one): the standard error of its slope.
-- Laplace's: the root of the diagonal of the inverse curvature, by Gauss and Jordan, pivot by pivot.
{%- set pivot_count = fit_step_count(ref('int_health_fits'), 24) %}
with

fit_values as (select * from {{ ref('int_health_fit_values') }}),

fits as (select * from {{ ref('int_health_fits') }}),

numbered_fits as (

    select
        fit_month,
        signal_name,
        cast(slope as {{ type_double() }}) as slope,
        case when signal_name = 'intercept' then 0 else 1 / power({{ var('fit_prior_deviation') }}, 2) end as penalty,
        row_number() over (partition by fit_month order by signal_name asc) as signal_number
    from fits

),

predictions as (

    select
        fit_values.case_number,
        max(fit_values.case_weight) as case_weight,
        1 / (1 + exp(-sum(fit_values.distance * numbered_fits.slope))) as probability
    from fit_values
    inner join numbered_fits
        on fit_values.fit_month = numbered_fits.fit_month and fit_values.signal_name = numbered_fits.signal_name
    group by fit_values.case_number

),

numbered_values as (

    select
        fit_values.fit_month,
        fit_values.case_number,
        numbered_fits.signal_number,
        numbered_fits.penalty,
        fit_values.distance
    from fit_values
    inner join numbered_fits
        on fit_values.fit_month = numbered_fits.fit_month and fit_values.signal_name = numbered_fits.signal_name
    where fit_values.distance <> 0

),

curvatures as (

    select
        row_values.fit_month,
        row_values.signal_number as i,
        column_values.signal_number as j,
        sum(
            predictions.case_weight * predictions.probability * (1 - predictions.probability)
            * row_values.distance * column_values.distance
        ) + max(case when row_values.signal_number = column_values.signal_number then row_values.penalty else 0 end)
            as element
    from numbered_values as row_values
    inner join numbered_values as column_values on row_values.case_number = column_values.case_number
    inner join predictions on row_values.case_number = predictions.case_number
    group by row_values.fit_month, row_values.signal_number, column_values.signal_number

),

-- Pairs of signals that no case has together.
swept_0 as (

    select
        row_fits.fit_month,
        row_fits.signal_number as i,
        column_fits.signal_number as j,
        coalesce(
            curvatures.element,
            case when row_fits.signal_number = column_fits.signal_number then row_fits.penalty else 0 end
        ) as element
    from numbered_fits as row_fits
    inner join numbered_fits as column_fits on row_fits.fit_month = column_fits.fit_month
    left join curvatures
        on
            row_fits.fit_month = curvatures.fit_month
            and row_fits.signal_number = curvatures.i
            and column_fits.signal_number = curvatures.j
    where greatest(row_fits.signal_number, column_fits.signal_number) <= {{ pivot_count }}

)
{%- for k in range(1, pivot_count + 1) %}
{%- set pivot = 'max(case when i = ' ~ k ~ ' and j = ' ~ k ~ ' then element end) over (partition by fit_month)' %},

swept_{{ k }} as (

    select
        fit_month,
        i,
        j,
        case
            when {{ pivot }} is null then element
            when i = {{ k }} and j = {{ k }} then 1 / element
            when i = {{ k }} then element / {{ pivot }}
            when j = {{ k }} then -element / {{ pivot }}
            else element - max(case when j = {{ k }} then element end) over (partition by fit_month, i)
                * max(case when i = {{ k }} then element end) over (partition by fit_month, j) / {{ pivot }}
        end as element
    from swept_{{ k - 1 }}

)
{%- endfor %}

select
    numbered_fits.fit_month,
    numbered_fits.signal_name,
    cast(sqrt(swept.element) as {{ type_rate() }}) as slope_error
from numbered_fits
inner join swept_{{ pivot_count }} as swept
    on
        numbered_fits.fit_month = swept.fit_month
        and numbered_fits.signal_number = swept.i
        and numbered_fits.signal_number = swept.j
