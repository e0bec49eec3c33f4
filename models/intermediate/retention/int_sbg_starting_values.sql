-- Grain: one row per valuation date, survival segment and fit method.
with

likelihood_terms as (select * from {{ ref('int_sbg_likelihood_terms') }}),

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
        terms.valuation_date,
        terms.survival_segment,
        terms.fit_method,
        grid.ln_alpha,
        grid.ln_beta,
        sum(
            terms.churn_weight * grid.ln_alpha
            + terms.renewal_weight * ln(grid.beta + terms.earlier_renewal_count)
            - (terms.churn_weight + terms.renewal_weight)
            * ln(grid.alpha + grid.beta + terms.earlier_renewal_count)
            - terms.prior_weight * grid.ln_alpha * grid.ln_alpha / 2
        ) as log_likelihood
    from likelihood_terms as terms
    cross join grid
    group by terms.valuation_date, terms.survival_segment, terms.fit_method, grid.ln_alpha, grid.ln_beta

),

ranked_points as (

    select
        valuation_date,
        survival_segment,
        fit_method,
        ln_alpha,
        ln_beta,
        row_number() over (
            partition by valuation_date, survival_segment, fit_method
            order by log_likelihood desc, ln_alpha asc, ln_beta asc
        ) as preference
    from likelihoods

)

select
    valuation_date,
    survival_segment,
    fit_method,
    ln_alpha,
    ln_beta
from ranked_points
where preference = 1
