-- Grain: one row per cutoff, segment and method: the shifted-beta-geometric curve that explains its evidence best.
-- Fader and Hardie (2007): at renewal t of those who are left alpha / (alpha + beta + t - 1) leave.
{%- set step_count = 8 %}
with

evidence as (select * from {{ ref('int_sbg_likelihood_terms') }}),

estimates_0 as (select * from {{ ref('int_sbg_starting_values') }}),

-- Newton's method on ln(alpha) and ln(beta): each round takes the slopes of the log-likelihood and steps by them.
{%- for step in range(step_count + 1) %}
shares_{{ step }} as (

    select
        estimates.cutoff_date,
        estimates.survival_segment,
        estimates.fit_method,
        estimates.ln_alpha,
        estimates.ln_beta,
        evidence.churn_weight,
        evidence.renewal_weight,
        evidence.churn_weight + evidence.renewal_weight as at_risk_weight,
        evidence.prior_weight,
        exp(estimates.ln_beta) + evidence.earlier_renewal_count as stay_term,
        exp(estimates.ln_alpha) + exp(estimates.ln_beta) + evidence.earlier_renewal_count as total_term,
        exp(estimates.ln_alpha) / (exp(estimates.ln_alpha) + exp(estimates.ln_beta) + evidence.earlier_renewal_count)
            as alpha_share,
        exp(estimates.ln_beta) / (exp(estimates.ln_alpha) + exp(estimates.ln_beta) + evidence.earlier_renewal_count)
            as beta_share,
        exp(estimates.ln_beta) / (exp(estimates.ln_beta) + evidence.earlier_renewal_count) as stay_share
    from estimates_{{ step }} as estimates
    inner join evidence
        on
            estimates.cutoff_date = evidence.cutoff_date
            and estimates.survival_segment = evidence.survival_segment
            and estimates.fit_method = evidence.fit_method

),

slopes_{{ step }} as (

    select
        cutoff_date,
        survival_segment,
        fit_method,
        ln_alpha,
        ln_beta,
        sum(churn_weight) as churn_weight,
        sum(
            churn_weight * ln_alpha + renewal_weight * ln(stay_term) - at_risk_weight * ln(total_term)
            - prior_weight * ln_alpha * ln_alpha / 2
        ) as log_likelihood,
        sum(churn_weight - at_risk_weight * alpha_share - prior_weight * ln_alpha) as slope_alpha,
        sum(renewal_weight * stay_share - at_risk_weight * beta_share) as slope_beta,
        sum(-at_risk_weight * alpha_share * (1 - alpha_share) - prior_weight) as bend_alpha,
        sum(renewal_weight * stay_share * (1 - stay_share) - at_risk_weight * beta_share * (1 - beta_share))
            as bend_beta,
        sum(at_risk_weight * alpha_share * beta_share) as bend_both
    from shares_{{ step }}
    group by cutoff_date, survival_segment, fit_method, ln_alpha, ln_beta

),

-- Above 0 the log-likelihood bends down on all sides, for towards alpha it always does.
peaks_{{ step }} as (

    select
        cutoff_date,
        survival_segment,
        fit_method,
        ln_alpha,
        ln_beta,
        churn_weight,
        log_likelihood,
        slope_alpha,
        slope_beta,
        bend_alpha,
        bend_beta,
        bend_both,
        bend_alpha * bend_beta - bend_both * bend_both as determinant
    from slopes_{{ step }}

)
{%- if step < step_count %},

estimates_{{ step + 1 }} as (

    select
        cutoff_date,
        survival_segment,
        fit_method,
        -- At most e times as much or as little in one step, and never out of bounds.
        least(greatest(ln_alpha + case
            when determinant > 0
                then least(greatest((bend_both * slope_beta - bend_beta * slope_alpha) / determinant, -1), 1)
            else 0.5 * sign(slope_alpha)
        end, -6), 10) as ln_alpha,
        least(greatest(ln_beta + case
            when determinant > 0
                then least(greatest((bend_both * slope_alpha - bend_alpha * slope_beta) / determinant, -1), 1)
            else 0.5 * sign(slope_beta)
        end, -6), 10) as ln_beta
    from peaks_{{ step }}

),
{%- endif %}
{%- endfor %}

select
    cutoff_date,
    survival_segment,
    fit_method,
    cast(exp(ln_alpha) as {{ type_rate() }}) as alpha,
    cast(exp(ln_beta) as {{ type_rate() }}) as beta,
    cast(log_likelihood as {{ type_rate() }}) as log_likelihood,
    abs(slope_alpha) + abs(slope_beta) <= 0.000001 * (churn_weight + 1) and determinant > 0 as is_converged,
    -- Covariances of ln(alpha) and ln(beta), the inverse of how the log-likelihood bends; 1,000 is as good as unknown.
    case when determinant > 0 then cast(least(-bend_beta / determinant, 1000) as {{ type_rate() }}) end
        as alpha_variance,
    case when determinant > 0 then cast(least(-bend_alpha / determinant, 1000) as {{ type_rate() }}) end
        as beta_variance,
    case when determinant > 0 then cast(least(bend_both / determinant, 1000) as {{ type_rate() }}) end
        as alpha_beta_covariance
from peaks_{{ step_count }}
