-- Grain: one row per customer and month (filter: scored population): the points that each signal deducts.
{%- set leaders = [] %}
{%- set names = health_signals() | sort(reverse=true) %}
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
                    '100000000 * scores.log_odds'
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
    left join learned_weights on scores.fit_month = learned_weights.fit_month

),

-- Points and name in one number: of signals that deduct as much the first by name has the largest.
marks as (

    select
        customer_id,
        activity_month,
        {%- for signal in health_signals() %}
        case
            when {{ signal }}_points > 0
                then cast(100000000 * {{ signal }}_points as {{ dbt.type_bigint() }}) * 100 + {{ names.index(signal) + 1 }}
            else 0
        end as {{ signal }}_mark,
        {%- endfor %}
        {{- signal_list(['value', 'points']) }}
    from deductions

),

-- The three largest, one after the other.
{% for rank in ['first', 'second', 'third'] -%}
{{ rank }}_marks as (

    select
        customer_id,
        activity_month,
        {%- for leader in leaders %}
        {{ leader }}_mark,
        {%- endfor %}
        greatest(
            {%- for signal in health_signals() %}
            {{ mark_below(signal ~ '_mark', leaders) }}{{ ',' if not loop.last }}
            {%- endfor %}
        ) as {{ rank }}_mark,
        {{- signal_list(['value', 'points', 'mark']) }}
    from {{ leaders[-1] ~ '_' if leaders }}marks

)
{{- ',' if not loop.last }}
{% do leaders.append(rank) %}
{% endfor %}
select
    customer_id,
    activity_month,
    {%- for leader in leaders %}
    case mod({{ leader }}_mark, 100)
        {%- for signal in names %}
        when {{ loop.index }} then '{{ signal }}'
        {%- endfor %}
    end as {{ leader }}_signal,
    case mod({{ leader }}_mark, 100)
        {%- for signal in names %}
        when {{ loop.index }} then {{ signal }}_value
        {%- endfor %}
    end as {{ leader }}_signal_value,
    {%- endfor %}
    {{- signal_list(['points']) }}
from {{ leaders[-1] }}_marks
