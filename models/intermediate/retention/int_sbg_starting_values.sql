-- Grain: one row per cutoff, segment and method: the point of a coarse grid from which its fit starts.
with

evidence as (select * from {{ ref('int_sbg_likelihood_terms') }}),

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
        evidence.cutoff_date,
        evidence.survival_segment,
        evidence.fit_method,
        grid.ln_alpha,
        grid.ln_beta,
        sum(
            evidence.churn_weight * grid.ln_alpha
            + evidence.renewal_weight * ln(grid.beta + evidence.earlier_renewal_count)
            - (evidence.churn_weight + evidence.renewal_weight)
            * ln(grid.alpha + grid.beta + evidence.earlier_renewal_count)
            - evidence.prior_weight * grid.ln_alpha * grid.ln_alpha / 2
        ) as log_likelihood
    from evidence
    cross join grid
    group by evidence.cutoff_date, evidence.survival_segment, evidence.fit_method, grid.ln_alpha, grid.ln_beta

),

ranked_points as (

    select
        cutoff_date,
        survival_segment,
        fit_method,
        ln_alpha,
        ln_beta,
        row_number() over (
            partition by cutoff_date, survival_segment, fit_method order by log_likelihood desc, ln_alpha asc, ln_beta asc
        ) as preference
    from likelihoods

)

select
    cutoff_date,
    survival_segment,
    fit_method,
    ln_alpha,
    ln_beta
from ranked_points
where preference = 1
