-- Grain: one row per valuation date (filter: with as many repeat customers as the fit needs).
-- Fader, Hardie and Lee (2005): purchases at a rate of gamma(r, alpha) a week, each the last one by beta(a, b).
{%- set step_count = fit_step_count(ref('int_purchase_likelihood_terms'), 10) %}
{%- set starts = {'r': 'ln(1)', 'alpha': 'ln(max(weeks_per_purchase))', 'a': 'ln(1)', 'b': 'ln(3)'} %}
{%- set parameters, carried = starts.keys() | list, 'valuation_date, ln_r, ln_alpha, ln_a, ln_b' %}
{%- set estimated = ['exp(estimates.ln_r)', 'exp(estimates.ln_alpha)', 'exp(estimates.ln_a)', 'exp(estimates.ln_b)'] %}
{%- set age_share = 'exp(estimates.ln_alpha) / (exp(estimates.ln_alpha) + terms.age_weeks)' %}
{%- set mean_share, r_slope = '(age_share - lost_rate * share_gap)', 'r * (ln(age_share) + lost_rate * log_ratio)' %}
{%- set slopes = {
    'r': 'order_count * r_share + customer_count * ' ~ r_slope,
    'alpha': 'customer_count * (r - event_count * ' ~ mean_share ~ ')',
    'a': 'customer_count * lost_rate - order_count * a_share',
    'b': 'order_count * (b_share - ab_share) - customer_count * lost_rate * last_b_share',
} %}
{%- set curvatures = {
    'r_r': 'order_count * r_share * (1 - r_share) + customer_count * ' ~ r_slope,
    'r_alpha': 'customer_count * r * (1 - ' ~ mean_share ~ ')',
    'alpha_alpha': 'customer_count * event_count * (lost_rate * last_share * (last_share - 1) + (1 - lost_rate)'
        ~ ' * age_share * (age_share - 1))',
    'a_a': 'order_count * a_share * (a_share - 1)',
    'a_b': 'order_count * a_share * ab_share',
    'b_b': 'order_count * (b_share * (1 - b_share) - ab_share * (1 - ab_share)) + customer_count * lost_rate'
        ~ ' * last_b_share * (last_b_share - 1)',
} %}
{%- set odds = {'r': 'r * log_ratio', 'alpha': 'event_count * share_gap', 'a': '1', 'b': '-last_b_share'} %}
with

terms as (select * from {{ ref('int_purchase_likelihood_terms') }}),

estimates_0 as (

    select
        {%- for parameter, start in starts.items() %}
        cast({{ start }} as {{ type_double() }}) as ln_{{ parameter }},
        {%- endfor %}
        valuation_date
    from terms
    group by valuation_date

),

-- Newton's method on the logarithms; a weak prior at the starting values holds what few customers cannot tell.
{%- for step in range(step_count + 1) %}
shares_{{ step }} as (

    select
        {{ 'estimates.' ~ carried | replace(', ', ', estimates.') }},
        terms.order_count,
        terms.customer_count,
        terms.weeks_per_purchase,
        7.5 / (30 + terms.repeat_customer_count) as prior_weight,
        exp(estimates.ln_r) as r,
        exp(estimates.ln_r) + terms.repeat_count as event_count,
        exp(estimates.ln_alpha) / (exp(estimates.ln_alpha) + terms.age_weeks) as age_share,
        exp(estimates.ln_alpha) / (exp(estimates.ln_alpha) + terms.recency_weeks) as last_share,
        {{ age_share }} - {{ age_share | replace('age_weeks', 'recency_weeks') }} as share_gap,
        ln((exp(estimates.ln_alpha) + terms.age_weeks) / (exp(estimates.ln_alpha) + terms.recency_weeks)) as log_ratio,
        {{ lost_rate(estimated[0], estimated[1], estimated[2], estimated[3], 'terms') }} as lost_rate,
        exp(estimates.ln_r) / (exp(estimates.ln_r) + terms.purchase_number) as r_share,
        exp(estimates.ln_a) / (exp(estimates.ln_a) + exp(estimates.ln_b) + terms.purchase_number) as a_share,
        exp(estimates.ln_b) / (exp(estimates.ln_a) + exp(estimates.ln_b) + terms.purchase_number) as ab_share,
        exp(estimates.ln_b) / (exp(estimates.ln_b) + terms.purchase_number) as b_share,
        exp(estimates.ln_b) / (exp(estimates.ln_b) + greatest(terms.repeat_count - 1, 0)) as last_b_share
    from estimates_{{ step }} as estimates
    inner join terms on estimates.valuation_date = terms.valuation_date

),

slopes_{{ step }} as (

    select
        {{ carried }},
        {%- for parameter, start in starts.items() %}
        sum({{ slopes[parameter] }}) - max(prior_weight) * (ln_{{ parameter }} - {{ start }}) as slope_{{ parameter }},
        {%- for other in parameters[loop.index0:] %}
        {{ 'max(prior_weight)' if loop.first else '0' }} - sum(
            {{ curvatures[parameter ~ '_' ~ other] | default('0') }}
            + customer_count * lost_rate * (1 - lost_rate) * ({{ odds[parameter] }}) * ({{ odds[other] }})
        ) as info_{{ parameter }}_{{ other }},
        {%- endfor %}
        {%- endfor %}
        sum(customer_count) as customer_count
    from shares_{{ step }}
    group by {{ carried }}

),
{%- for parameter in parameters[:-1] %}

slopes_{{ step }}_{{ loop.index }} as (

    select
        {{ carried }},
        {%- for column in newton_columns(parameters) %}
        {{ newton_eliminated(column, parameter, parameters) }} as {{ column }},
        {%- endfor %}
        customer_count
    from slopes_{{ step }}{{ '_' ~ loop.index0 if not loop.first }}

){{ ',' if step < step_count or not loop.last }}
{%- endfor %}
{%- if step < step_count %}

estimates_{{ step + 1 }} as (

    select
        valuation_date{% for parameter in parameters %},
        ln_{{ parameter }} + {{ newton_step(parameter, parameters) }} as ln_{{ parameter }}
        {%- endfor %}
    from slopes_{{ step }}_3

),
{%- endif %}
{%- endfor %}

select
    valuation_date{% for parameter in parameters %},
    cast(exp(ln_{{ parameter }}) as {{ type_rate() }}) as {{ parameter }}
    {%- endfor %},
    {{ newton_has_converged(parameters) }} as is_converged
from slopes_{{ step_count }}_3
