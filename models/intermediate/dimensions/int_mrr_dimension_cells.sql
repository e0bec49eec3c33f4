-- Grain: one row per month, dimension, its value at the opening, at the close and a year ago, and movement type.
-- Closed months are as published, by values known now; rates of open ones divide by what is known now of their opening.
{%- set was_active = 'coalesce(lag(levels.is_active) over (partition by levels.customer_id '
    ~ 'order by levels.activity_month asc), false)' %}
{%- set counts = {
    'customer_count': 'true',
    'opening_customer_count': was_active,
    'known_customer_count': 'case when closed_months.is_kept then ' ~ was_active ~ ' else known_movements.was_active end',
    'active_customer_count': 'levels.is_active',
    'paying_customer_count': 'levels.mrr_amount > 0',
    'staying_customer_count': 'levels.is_active and ' ~ was_active,
    'adjustment_customer_count': 'levels.adjustment_mrr_amount <> 0'} %}
{%- set measures = ['opening_mrr_amount', 'usage_mrr_amount', 'closing_mrr_amount', 'year_ago_mrr_amount']
    + year_ago_amounts('known_movements') | list + counts | list %}
{#- Who was not there yet opens with the value that it closes with: nothing of it is reclassified. #}
{%- set side_values = {
    'opening': "coalesce(sides.opening_value, case when facts.opening_mrr_amount + facts.opening_customer_count = 0"
        ~ " and facts.movement_type <> 'adjustment' then sides.closing_value end, 'unknown')",
    'closing': "coalesce(sides.closing_value, 'unknown')",
    'year_ago': "coalesce(sides.year_ago_value, sides.opening_value, sides.closing_value, 'unknown')",
} %}
with

levels as (select * from {{ ref('customer_months') }}),

movements as (select * from {{ ref('mrr_movements') }}),

known_movements as (select * from {{ ref('int_customer_movements') }}),

closed_months as (select * from {{ ref('closed_months') }}),

known_values as (select * from {{ ref('int_customer_dimension_values') }}),

facts as (

    select
        levels.{{ ['customer_id', 'activity_month', 'opening_mrr_amount', 'usage_mrr_amount'] | join(', levels.') }},
        levels.mrr_amount as closing_mrr_amount,
        coalesce(known_movements.year_ago_mrr_amount, 0) as year_ago_mrr_amount,
        {%- for column, amount in year_ago_amounts('known_movements').items() %}
        {{ amount }} as {{ column }},
        {%- endfor %}
        {%- for column, is_counted in counts.items() %}
        case when {{ is_counted }} then 1 else 0 end as {{ column }},
        {%- endfor %}
        coalesce(levels.movement_type, 'none') as movement_type,
        0 as movement_amount
    from levels
    left join known_movements
        on levels.customer_id = known_movements.customer_id and levels.activity_month = known_movements.activity_month
    left join closed_months on levels.activity_month = closed_months.activity_month

    union all

    select
        customer_id,
        activity_month,
        {%- for measure in measures %}
        0 as {{ measure }},
        {%- endfor %}
        movement_type,
        movement_amount
    from movements

),

dimensions as (

    select distinct dimension_name
    from known_values

),

sides as (

    select
        customer_id,
        activity_month,
        dimension_name,
        opening_value,
        closing_value,
        year_ago_value
    from known_values

    union all

    -- Of what is not known any more.
    select
        levels.customer_id,
        levels.activity_month,
        dimensions.dimension_name,
        null as opening_value,
        null as closing_value,
        null as year_ago_value
    from levels
    left join known_movements
        on levels.customer_id = known_movements.customer_id and levels.activity_month = known_movements.activity_month
    cross join dimensions
    where known_movements.customer_id is null

)

select
    facts.activity_month,
    sides.dimension_name,
    {%- for side, value in side_values.items() %}
    {{ value }} as {{ side }}_value,
    {%- endfor %}
    {%- for measure in measures + ['movement_amount'] %}
    sum(facts.{{ measure }}) as {{ measure }},
    {%- endfor %}
    facts.movement_type
from facts
inner join sides on facts.customer_id = sides.customer_id and facts.activity_month = sides.activity_month
-- Customers that churned more than a year ago have nothing to show.
where
    facts.movement_type <> 'none' or facts.year_ago_mrr_amount > 0 or facts.usage_mrr_amount > 0
    or facts.opening_customer_count + facts.known_customer_count + facts.active_customer_count > 0
group by facts.activity_month, sides.dimension_name, {{ side_values.values() | join(', ') }}, facts.movement_type
