-- Grain: one row per customer and month (filter: scored population): the points that each signal deducts.
{%- set leaders = [] %}
with

signals as (select * from {{ ref('int_health_signals') }}),

scores as (select * from {{ ref('int_health_scores') }}),

weights as (select * from {{ ref('int_health_weights') }}),

definitions as (select * from {{ ref('health_signals') }}),

learned_weights as (

    select
        fit_month,
        {{- signal_columns(['point_slope']) }}
    from weights
    group by fit_month

),

hand_set_weights as (

    select
        {{- signal_columns(['weight']) }}
    from definitions

),

deductions as (

    select
        {%- for signal in health_signals() %}
        signals.{{ signal }}_value,
        coalesce(greatest(case
            when scores.score_method = 'learned'
                then {{ rate(
                    '(100 - scores.health_score) * '
                    ~ log_odds_units('learned_weights.' ~ signal ~ '_point_slope', 'signals.' ~ signal ~ '_score'),
                    'round(100000000 * cast(scores.log_odds as ' ~ type_double() ~ '))'
                ) }}
            else {{ rate(
                '(100 - signals.' ~ signal ~ '_score) * hand_set_weights.' ~ signal ~ '_weight', 'scores.known_weight'
            ) }}
        end, 0), 0) as {{ signal }}_points,
        {%- endfor %}
        signals.customer_id,
        signals.activity_month
    from signals
    cross join hand_set_weights
    inner join scores
        on signals.customer_id = scores.customer_id and signals.activity_month = scores.activity_month
    left join learned_weights on scores.fit_month = learned_weights.fit_month{{ computed_once() }}

),

-- The three that deduct the most points, one after the other; of those that deduct as much the first by name.
{% for rank in ['first', 'second', 'third'] -%}
{%- set previous = leaders[-1] ~ 's' if leaders else 'deductions' -%}
{{ rank }}_amounts as (

    select
        customer_id,
        activity_month,
        {%- for leader in leaders %}
        {{ leader }},
        {%- endfor %}
        greatest(
            {%- for signal in health_signals() %}
            {{ points_besides(signal, leaders) }}{{ ',' if not loop.last }}
            {%- endfor %}
        ) as {{ rank }}_points,
        {{- signal_list(['value', 'points']) }}
    from {{ previous }}{{ computed_once() }}

),

{{ rank }}_signals as (

    select
        customer_id,
        activity_month,
        {%- for leader in leaders %}
        {{ leader }},
        {%- endfor %}
        case
            when {{ rank }}_points = 0 then null
            {%- for signal in health_signals() | sort %}
            when {{ points_besides(signal, leaders) }} = {{ rank }}_points then '{{ signal }}'
            {%- endfor %}
        end as {{ rank }}_signal,
        {{- signal_list(['value', 'points']) }}
    from {{ rank }}_amounts{{ computed_once() }}

){% if not loop.last %},{% endif %}
{% do leaders.append(rank ~ '_signal') %}
{% endfor %}
select
    customer_id,
    activity_month,
    {%- for leader in leaders %}
    {{ leader }},
    case {{ leader }}
        {%- for signal in health_signals() %}
        when '{{ signal }}' then {{ signal }}_value
        {%- endfor %}
    end as {{ leader }}_value,
    {%- endfor %}
    {{- signal_list(['points']) }}
from {{ leaders[-1] }}s
