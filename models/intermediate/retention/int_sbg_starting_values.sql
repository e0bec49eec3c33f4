-- Grain: one row per valuation date and survival segment (filter: segments with a churn).
with

life_tables as (select * from {{ ref('int_retention_life_tables') }}),

steps as (

    {{ numbers(21) }}

),

grid as (

    select
        cast(0.6 * alpha_steps.n - 4.6 as {{ type_double() }}) as ln_alpha,
        cast(0.6 * beta_steps.n - 4.6 as {{ type_double() }}) as ln_beta,
        exp(cast(0.6 * alpha_steps.n - 4.6 as {{ type_double() }})) as alpha,
        exp(cast(0.6 * beta_steps.n - 4.6 as {{ type_double() }})) as beta
    from steps as alpha_steps
    cross join steps as beta_steps

),

likelihoods as (

    select
        life_tables.valuation_date,
        life_tables.survival_segment,
        grid.ln_alpha,
        grid.ln_beta,
        sum(
            life_tables.churn_count * grid.ln_alpha
            + (life_tables.at_risk_count - life_tables.churn_count) * ln(grid.beta + life_tables.period_number - 1)
            - life_tables.at_risk_count * ln(grid.alpha + grid.beta + life_tables.period_number - 1)
        ) as log_likelihood
    from life_tables
    cross join grid
    where life_tables.period_number > 0
    group by life_tables.valuation_date, life_tables.survival_segment, grid.ln_alpha, grid.ln_beta
    having sum(life_tables.churn_count) > 0

),

ranked_points as (

    select
        valuation_date,
        survival_segment,
        ln_alpha,
        ln_beta,
        row_number() over (
            partition by valuation_date, survival_segment
            order by log_likelihood desc, ln_alpha asc, ln_beta asc
        ) as preference
    from likelihoods

)

select
    valuation_date,
    survival_segment,
    ln_alpha,
    ln_beta
from ranked_points
where preference = 1
