-- Grain: one row per valuation date and survival segment (filter: segments with a churn).
-- Fader and Hardie (2007): at renewal t the share alpha / (alpha + beta + t - 1) of the remaining customers churns.
{%- set step_count = 10 %}
{#- The logarithms of alpha and beta never leave these. -#}
{%- set lowest, highest = -6, 10 %}
{#- Above 0 the log-likelihood is concave here, for towards alpha it always is. #}
{%- set determinant = '(curvature_alpha * curvature_beta - curvature_both * curvature_both)' %}
{%- set step_alpha = '((curvature_both * slope_beta - curvature_beta * slope_alpha) / ' ~ determinant ~ ')' %}
{%- set step_beta = '((curvature_both * slope_alpha - curvature_alpha * slope_beta) / ' ~ determinant ~ ')' %}
with

life_tables as (select * from {{ ref('int_retention_life_tables') }}),

estimates_0 as (select * from {{ ref('int_sbg_starting_values') }}),

-- Newton's method on ln(alpha) and ln(beta): each round steps by the slopes and curvatures of the log-likelihood.
{%- for step in range(step_count + 1) %}
shares_{{ step }} as (

    select
        estimates.valuation_date,
        estimates.survival_segment,
        estimates.ln_alpha,
        estimates.ln_beta,
        life_tables.churn_count,
        life_tables.at_risk_count - life_tables.churn_count as stay_count,
        life_tables.at_risk_count,
        exp(estimates.ln_beta) + life_tables.period_number - 1 as stay_term,
        exp(estimates.ln_alpha) + exp(estimates.ln_beta) + life_tables.period_number - 1 as total_term,
        exp(estimates.ln_alpha) / (exp(estimates.ln_alpha) + exp(estimates.ln_beta) + life_tables.period_number - 1)
            as alpha_share,
        exp(estimates.ln_beta) / (exp(estimates.ln_alpha) + exp(estimates.ln_beta) + life_tables.period_number - 1)
            as beta_share,
        exp(estimates.ln_beta) / (exp(estimates.ln_beta) + life_tables.period_number - 1) as stay_share
    from estimates_{{ step }} as estimates
    inner join life_tables
        on
            estimates.valuation_date = life_tables.valuation_date
            and estimates.survival_segment = life_tables.survival_segment
            and life_tables.period_number > 0

),

slopes_{{ step }} as (

    select
        valuation_date,
        survival_segment,
        ln_alpha,
        ln_beta,
        sum(cast(churn_count as {{ type_double() }})) as churn_count,
        sum(
            churn_count * ln_alpha + stay_count * ln(stay_term) - at_risk_count * ln(total_term)
        ) as log_likelihood,
        sum(churn_count - at_risk_count * alpha_share) as slope_alpha,
        sum(stay_count * stay_share - at_risk_count * beta_share) as slope_beta,
        sum(-at_risk_count * alpha_share * (1 - alpha_share)) as curvature_alpha,
        sum(stay_count * stay_share * (1 - stay_share) - at_risk_count * beta_share * (1 - beta_share))
            as curvature_beta,
        sum(at_risk_count * alpha_share * beta_share) as curvature_both
    from shares_{{ step }}
    group by valuation_date, survival_segment, ln_alpha, ln_beta

)
{%- if step < step_count %},

estimates_{{ step + 1 }} as (

    select
        valuation_date,
        survival_segment,
        -- At most e times as much or as little in one step, both scaled alike, and never out of bounds.
        {%- for parameter, step_length in {'alpha': step_alpha, 'beta': step_beta}.items() %}
        least(greatest(ln_{{ parameter }} + case
            when {{ determinant }} > 0
                then {{ step_length }} / greatest(1, abs({{ step_alpha }}), abs({{ step_beta }}))
            else 0.5 * sign(slope_{{ parameter }})
        end, {{ lowest }}), {{ highest }}) as ln_{{ parameter }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from slopes_{{ step }}

),
{%- endif %}
{%- endfor %}

select
    valuation_date,
    survival_segment,
    ln_alpha,
    ln_beta,
    cast(exp(ln_alpha) as {{ type_rate() }}) as alpha,
    cast(exp(ln_beta) as {{ type_rate() }}) as beta,
    log_likelihood,
    -- At a bound the likelihood may be flat without being at its maximum.
    abs(slope_alpha) + abs(slope_beta) <= 0.000001 * (churn_count + 1)
    and {{ determinant }} > 0
    and least(ln_alpha, ln_beta) > {{ lowest }} + 0.01
    and greatest(ln_alpha, ln_beta) < {{ highest }} - 0.01 as is_converged,
    -- Covariances of ln(alpha) and ln(beta), the inverse of the negative curvature; 1,000 is as good as unknown.
    case when {{ determinant }} > 0 then cast(least(-curvature_beta / {{ determinant }}, 1000) as {{ type_rate() }}) end
        as alpha_variance,
    case
        when {{ determinant }} > 0 then cast(least(-curvature_alpha / {{ determinant }}, 1000) as {{ type_rate() }})
    end as beta_variance,
    case when {{ determinant }} > 0 then cast(least(curvature_both / {{ determinant }}, 1000) as {{ type_rate() }}) end
        as alpha_beta_covariance
from slopes_{{ step_count }}
