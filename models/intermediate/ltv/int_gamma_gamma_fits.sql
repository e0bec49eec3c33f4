-- Grain: one row per valuation date (filter: with as many repeat customers as the fit needs).
-- Fader and Hardie (2013): the spend of a purchase is gamma(p, v), and v differs between customers by gamma(q, g).
{%- set step_count = fit_step_count(
    ref('int_buyers'), 12, 'repeat_customer_count >= ' ~ var('min_repeat_customers')
) %}
{%- set starts = {'p': 'ln(2)', 'q': 'ln(3)', 'g': 'ln(mean_spend_amount)'} %}
{%- set parameters, given = starts.keys() | list, 'mean_spend_amount, spend_variance, spend_correlation' %}
{%- set carried = 'valuation_date, ' ~ given ~ ', ln_p, ln_q, ln_g' %}
{#- By the logarithms of the parameters. -#}
{%- set slopes = {
    'p': 'own_shape * (' ~ digamma('shape') ~ ' - ' ~ digamma('own_shape') ~ ' + ln(1 - g / total))',
    'q': 'q * (' ~ digamma('shape') ~ ' - ' ~ digamma('q') ~ ' + ln(g / total))',
    'g': 'q - shape * g / total',
} %}
{%- set curvatures = {
    'p_p': slopes.p ~ ' + own_shape * own_shape * (' ~ trigamma('shape') ~ ' - ' ~ trigamma('own_shape') ~ ')',
    'p_q': 'own_shape * q * ' ~ trigamma('shape'),
    'p_g': '-own_shape * g / total',
    'q_q': slopes.q ~ ' + q * q * (' ~ trigamma('shape') ~ ' - ' ~ trigamma('q') ~ ')',
    'q_g': 'q * (1 - g / total)',
    'g_g': '-shape * g / total * (1 - g / total)',
} %}
with

buyers as (select * from {{ ref('int_buyers') }}),

estimates_0 as (

    select
        {%- for parameter, start in starts.items() %}
        cast({{ start }} as {{ type_double() }}) as ln_{{ parameter }},
        {%- endfor %}
        valuation_date,
        {{ given }}
    from buyers
    where repeat_customer_count >= {{ var('min_repeat_customers') }}
    group by valuation_date, {{ given }}

),

-- Newton's method on the logarithms of the parameters.
{%- for step in range(step_count + 1) %}
shapes_{{ step }} as (

    select
        estimates.{{ carried | replace(', ', ', estimates.') }},
        7.5 / (30 + buyers.repeat_customer_count) as prior_weight,
        exp(estimates.ln_q) as q,
        exp(estimates.ln_g) as g,
        exp(estimates.ln_p) * buyers.repeat_count as own_shape,
        exp(estimates.ln_p) * buyers.repeat_count + exp(estimates.ln_q) as shape,
        exp(estimates.ln_g) + buyers.repeat_count * cast(buyers.repeat_spend_amount as {{ type_double() }}) as total
    from estimates_{{ step }} as estimates
    inner join buyers on estimates.valuation_date = buyers.valuation_date and buyers.repeat_count > 0

),

slopes_{{ step }} as (

    select
        {{ carried }},
        {%- for parameter, start in starts.items() %}
        sum({{ slopes[parameter] }}) - max(prior_weight) * (ln_{{ parameter }} - {{ start }}) as slope_{{ parameter }},
        {%- for other in parameters[loop.index0:] %}
        {{ 'max(prior_weight)' if loop.first else '0' }} - sum({{ curvatures[parameter ~ '_' ~ other] }})
            as info_{{ parameter }}_{{ other }},
        {%- endfor %}
        {%- endfor %}
        count(*) as customer_count
    from shapes_{{ step }}
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
        valuation_date,
        {{ given }},
        {%- for parameter in parameters %}
        ln_{{ parameter }} + {{ newton_step(parameter, parameters) }} as ln_{{ parameter }}{{ ',' if not loop.last }}
        {%- endfor %}
    from slopes_{{ step }}_2

),
{%- endif %}
{%- endfor %}

select
    valuation_date,
    case
        when abs(spend_correlation) > {{ var('max_spend_correlation') }} then 'correlated'
        when not ({{ newton_has_converged(parameters) }}) then 'not_converged'
        -- Without a finite mean between customers there is nothing to draw to.
        when ln_q <= 0 then 'no_mean'
        else 'fitted'
    end as fit_status,
    {%- for parameter in parameters %}
    cast(exp(ln_{{ parameter }}) as {{ type_rate() }}) as {{ parameter }},
    {%- endfor %}
    spend_correlation,
    spend_variance
from slopes_{{ step_count }}_2
