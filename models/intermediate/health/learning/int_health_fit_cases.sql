-- Grain: one row per fit, customer and month (filter: complete months whose outcome was known before the fit).
{%- set horizon_date = 'cast(' ~ dbt.dateadd('day', var('health_horizon_days'), 'renewal_dates.scored_date')
    ~ ' as date)' %}
{%- set fitted = '(drawn_outcomes.draw_number <= ' ~ var('max_fit_cases') ~ ')' %}
with

population as (select * from {{ ref('int_health_population') }}),

renewal_dates as (select * from {{ ref('int_renewal_dates') }}),

months as (select * from {{ ref('int_months') }}),

acted_outcomes as (select * from {{ ref('int_acted_outcomes') }}),

outcomes as (

    select
        population.customer_id,
        population.activity_month,
        {{ horizon_date }} as horizon_date,
        coalesce(renewal_dates.churned_date <= {{ horizon_date }}, false) as has_churned,
        coalesce(renewal_dates.billing_renewal_date > {{ horizon_date }}, false) as is_bound
    from population
    inner join renewal_dates
        on
            population.customer_id = renewal_dates.customer_id
            and population.activity_month = renewal_dates.activity_month
    left join acted_outcomes
        on
            population.customer_id = acted_outcomes.customer_id
            and population.activity_month = acted_outcomes.activity_month
    where
        not population.is_partial_month
        and acted_outcomes.customer_id is null
        and population.age_days >= {{ var('onboarding_days') }}

),

-- Drawn by the hash of the customer: the same ones in each run.
drawn_outcomes as (

    select
        customer_id,
        activity_month,
        horizon_date,
        has_churned,
        is_bound,
        count(*) over (partition by activity_month, has_churned) as outcome_count,
        row_number() over (
            partition by activity_month, has_churned order by {{ sha256('customer_id') }} asc, customer_id asc
        ) as draw_number
    from outcomes

),

-- A fit holds for a quarter, and knows what was known before it began.
fits as (

    select activity_month as fit_month
    from months
    where extract(month from activity_month) in (1, 4, 7, 10)

),

cases as (

    select
        fits.fit_month,
        drawn_outcomes.customer_id,
        drawn_outcomes.activity_month,
        drawn_outcomes.has_churned,
        drawn_outcomes.is_bound,
        least(
            {{ var('max_fit_cases') }} / cast(drawn_outcomes.outcome_count as {{ type_double() }}), 1
        ) as drawn_share,
        {{ fitted }} as is_fitted,
        sum(case when drawn_outcomes.has_churned and {{ fitted }} then 1 else 0 end)
            over (partition by fits.fit_month) as churn_count,
        sum(case when drawn_outcomes.has_churned or not {{ fitted }} then 0 else 1 end)
            over (partition by fits.fit_month) as stay_count
    from fits
    inner join drawn_outcomes on {{ is_known_before_fit('drawn_outcomes', 'fits.fit_month') }}
    where drawn_outcomes.draw_number <= 4 * {{ var('max_fit_cases') }}

)

select
    row_number() over (order by fit_month asc, activity_month asc, customer_id asc) as case_number,
    fit_month,
    customer_id,
    activity_month,
    has_churned,
    is_bound,
    drawn_share,
    is_fitted,
    -- The horizons of months overlap: as many cases as share one weigh as one. Those that stayed weigh as much together
    -- as those that churned: it moves the level of the fit, not its slopes.
    {{ case_overlap_share() }}
    * case when has_churned then 1 else cast(churn_count as {{ type_double() }}) / stay_count end as case_weight
from cases
where churn_count * {{ case_overlap_share() }} >= {{ var('min_fit_churns') }} and stay_count > 0
