-- Grain: one row per valuation date, survival segment and fit method.
-- Fader and Hardie (2007): at renewal t the share alpha / (alpha + beta + t - 1) of the remaining customers churns.
{%- set step_count = 8 %}
{#- Above 0 the log-likelihood is concave here, for towards alpha it always is. #}
{%- set determinant = '(curvature_alpha * curvature_beta - curvature_both * curvature_both)' %}
with

likelihood_terms as (select * from {{ ref('int_sbg_likelihood_terms') }}),

estimates_0 as (select * from {{ ref('int_sbg_starting_values') }}),

-- Newton's method on ln(alpha) and ln(beta): each round steps by the slopes and curvatures of the log-likelihood.
{%- for step in range(step_count + 1) %}
shares_{{ step }} as (

    select
        estimates.valuation_date,
        estimates.survival_segment,
        estimates.fit_method,
        estimates.ln_alpha,
        estimates.ln_beta,
        terms.churn_weight,
        terms.renewal_weight,
        terms.churn_weight + terms.renewal_weight as at_risk_weight,
        terms.prior_weight,
        exp(estimates.ln_beta) + terms.earlier_renewal_count as stay_term,
        exp(estimates.ln_alpha) + exp(estimates.ln_beta) + terms.earlier_renewal_count as total_term,
        exp(estimates.ln_alpha) / (exp(estimates.ln_alpha) + exp(estimates.ln_beta) + terms.earlier_renewal_count)
            as alpha_share,
        exp(estimates.ln_beta) / (exp(estimates.ln_alpha) + exp(estimates.ln_beta) + terms.earlier_renewal_count)
            as beta_share,
        exp(estimates.ln_beta) / (exp(estimates.ln_beta) + terms.earlier_renewal_count) as stay_share
    from estimates_{{ step }} as estimates
    inner join likelihood_terms as terms
        on
            estimates.valuation_date = terms.valuation_date
            and estimates.survival_segment = terms.survival_segment
            and estimates.fit_method = terms.fit_method

),

slopes_{{ step }} as (

    select
        valuation_date,
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
        sum(-at_risk_weight * alpha_share * (1 - alpha_share) - prior_weight) as curvature_alpha,
        sum(renewal_weight * stay_share * (1 - stay_share) - at_risk_weight * beta_share * (1 - beta_share))
            as curvature_beta,
        sum(at_risk_weight * alpha_share * beta_share) as curvature_both
    from shares_{{ step }}
    group by valuation_date, survival_segment, fit_method, ln_alpha, ln_beta

)
{%- if step < step_count %},

estimates_{{ step + 1 }} as (

    select
        valuation_date,
        survival_segment,
        fit_method,
        -- At most e times as much or as little in one step, and never out of bounds.
        least(greatest(ln_alpha + case
            when {{ determinant }} > 0
                then
                    least(greatest(
                        (curvature_both * slope_beta - curvature_beta * slope_alpha) / {{ determinant }}, -1
                    ), 1)
            else 0.5 * sign(slope_alpha)
        end, -6), 10) as ln_alpha,
        least(greatest(ln_beta + case
            when {{ determinant }} > 0
                then
                    least(greatest(
                        (curvature_both * slope_alpha - curvature_alpha * slope_beta) / {{ determinant }}, -1
                    ), 1)
            else 0.5 * sign(slope_beta)
        end, -6), 10) as ln_beta
    from slopes_{{ step }}

),
{%- endif %}
{%- endfor %}

select
    valuation_date,
    survival_segment,
    fit_method,
    cast(exp(ln_alpha) as {{ type_rate() }}) as alpha,
    cast(exp(ln_beta) as {{ type_rate() }}) as beta,
    cast(log_likelihood as {{ type_rate() }}) as log_likelihood,
    abs(slope_alpha) + abs(slope_beta) <= 0.000001 * (churn_weight + 1) and {{ determinant }} > 0 as is_converged,
    -- Covariances of ln(alpha) and ln(beta), the inverse of the negative curvature; 1,000 is as good as unknown.
    case when {{ determinant }} > 0 then cast(least(-curvature_beta / {{ determinant }}, 1000) as {{ type_rate() }}) end
        as alpha_variance,
    case
        when {{ determinant }} > 0 then cast(least(-curvature_alpha / {{ determinant }}, 1000) as {{ type_rate() }})
    end as beta_variance,
    case when {{ determinant }} > 0 then cast(least(curvature_both / {{ determinant }}, 1000) as {{ type_rate() }}) end
        as alpha_beta_covariance
from slopes_{{ step_count }}
