-- Grain: one row per value horizon, valuation date, number of repeat purchases and age (filter: the fit converged).
{%- set horizons = {'quarter': 3, 'year': 12, 'lifetime': var('ltv_horizon_months')} %}
{%- set bounds = (horizons.values() | list + range(6, var('ltv_horizon_months'), 6) | list) | unique | sort %}
{%- set state = 'valuation_date, repeat_count, age_weeks, shape, weeks' %}
{%- set discounts = [] %}
{%- for months in bounds if months <= var('ltv_horizon_months') %}
{%- do discounts.append((1 + var('annual_discount_rate')) ** ((months + (loop.previtem or 0)) / -24)) %}
{%- endfor %}
with

buyers as (select * from {{ ref('int_buyers') }}),

fits as (select * from {{ ref('int_bgnbd_fits') }}),

numbers as ({{ numbers(25) }}),

bounds as (
    {% for months in bounds %}
    select
        {{ months }} as months_ahead,
        cast({{ months * 365.25 / 84 }} as {{ type_double() }}) as weeks_ahead,
        {{ (discounts[loop.index0] | default(0)) - (discounts[loop.index] | default(0)) }} as lifetime_weight
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- What is expected of one that is not lost, once for all that are alike. Purchases are discounted by half-years.
states as (

    select distinct
        buyers.valuation_date,
        buyers.repeat_count,
        buyers.age_weeks,
        cast(fits.r as {{ type_double() }}) + buyers.repeat_count as shape,
        cast(fits.alpha as {{ type_double() }}) + buyers.age_weeks as weeks,
        cast(fits.a as {{ type_double() }}) as a,
        cast(fits.b as {{ type_double() }}) + buyers.repeat_count as b
    from buyers
    inner join fits on buyers.valuation_date = fits.valuation_date and fits.is_converged

),

-- The chance that a purchase is the last is beta(a, b): 25 values of its log odds, closest where they are likeliest.
nodes as (

    select
        {{ 'states.' ~ state | replace(', ', ', states.') }},
        states.a, states.b,
        exp(0.26 * (numbers.n - 13)) + exp(0.26 * (13 - numbers.n)) as spacing,
        ln(states.a / states.b) + (exp(0.26 * (numbers.n - 13)) - exp(0.26 * (13 - numbers.n))) / 2
        * least(sqrt((1 + 1 / states.a) / states.a + (1 + 1 / states.b) / states.b), 40) as log_odds
    from states
    cross join numbers

),

chances as (

    select
        {{ state }},
        1 / (1 + exp(-log_odds)) as last_chance,
        1 / (1 + exp(log_odds)) as next_chance,
        spacing * exp(greatest(
            a * (ln((a + b) / a) - ln(1 + exp(-log_odds))) + b * (ln((a + b) / b) - ln(1 + exp(log_odds))), -600
        )) as weight
    from nodes

),

outlooks as (

    select
        {{ 'chances.' ~ state | replace(', ', ', chances.') }},
        chances.last_chance, chances.next_chance, chances.weight,
        bounds.months_ahead,
        bounds.lifetime_weight,
        bounds.weeks_ahead / chances.weeks as ratio,
        chances.last_chance * bounds.weeks_ahead / chances.weeks as last_ratio,
        exp(greatest(-chances.shape * ln(1 + bounds.weeks_ahead / chances.weeks), -600)) as none_rate,
        exp(greatest(-chances.shape * ln(1 + chances.last_chance * bounds.weeks_ahead / chances.weeks), -600))
            as stay_rate
    from chances
    cross join bounds

),

-- The mean number, and of its square less itself; the limits of the formulas where hardly any is the last.
expected_counts as (

    select
        {{ state }},
        months_ahead,
        lifetime_weight,
        max(1 - none_rate) as purchase_rate,
        sum(weight * case
            when shape * last_ratio < 0.000001 then shape * ratio else (1 - stay_rate) / last_chance
        end) / sum(weight) as purchase_count,
        sum(weight * next_chance * case
            when shape * last_ratio < 0.00001 then shape * (shape + 1) * ratio * ratio
            else 2 * (1 - stay_rate - shape * last_ratio / (1 + last_ratio) * stay_rate) / (last_chance * last_chance)
        end) / sum(weight) as pair_count
    from outlooks
    group by {{ state }}, months_ahead, lifetime_weight

)
{% for value_horizon, months in horizons.items() %}
select
    '{{ value_horizon }}' as value_horizon,
    valuation_date,
    repeat_count,
    age_weeks,
    {%- for measure in ['purchase_rate', 'purchase_count', 'pair_count'] %}
    cast(max(case when months_ahead = {{ months }} then {{ measure }} end) as {{ type_rate() }}) as {{ measure }},
    {%- endfor %}
    cast(sum({{ 'lifetime_weight' if value_horizon == 'lifetime' else 'case when months_ahead = ' ~ months
        ~ ' then 1 else 0 end' }} * purchase_count) as {{ type_rate() }}) as value_count
from expected_counts
group by valuation_date, repeat_count, age_weeks
{{ 'union all' if not loop.last }}
{%- endfor %}
