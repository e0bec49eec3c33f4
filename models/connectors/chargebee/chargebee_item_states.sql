-- Grain: one row per item of a subscription and instant from which its terms, its status, its contract or its discount may be others.
{{ config(enabled='chargebee' in var('connectors') | string) }}
{%- set terms = ['quantity', 'unit_amount', 'billing_interval', 'interval_count'] %}
with

item_terms as (select * from {{ ref('chargebee_item_terms') }}),

states as (select * from {{ ref('chargebee_subscription_states') }}),

contracts as (select * from {{ ref('base_chargebee_contract_terms') }}),

discounts as (select * from {{ ref('chargebee_item_discounts') }}),

item_starts as (
    select
        subscription_id,
        price_id,
        min(started_at) as started_at
    from item_terms
    group by subscription_id, price_id
),

instants as (

    select subscription_id, price_id, started_at as changed_at
    from item_terms
    {% for relation, column in [('states', 'changed_at'), ('contracts', 'started_at'), ('discounts', 'started_at'), ('discounts', 'ended_at')] %}
    union distinct

    select items.subscription_id, items.price_id, others.{{ column }} as changed_at
    from item_starts as items
    inner join {{ relation }} as others
        on
            items.subscription_id = others.subscription_id and others.{{ column }} > items.started_at
            {% if relation == 'discounts' -%} and items.price_id = others.price_id {%- endif %}
            {% if column == 'ended_at' -%} and others.is_beside_others {%- endif %}
    {% endfor %}

),

dated_states as (
    select
        instants.subscription_id,
        instants.price_id,
        instants.changed_at,
        states.version_number,
        states.status,
        states.cancel_requested_at,
        states.cancel_reason,
        row_number() over (
            partition by instants.subscription_id, instants.price_id, instants.changed_at order by states.changed_at desc
        ) as recency
    from instants
    inner join states on instants.subscription_id = states.subscription_id and states.changed_at <= instants.changed_at
),

dated_terms as (
    select
        instants.subscription_id,
        instants.price_id,
        instants.changed_at,
        terms.is_there,
        {% for column in terms -%}
        terms.{{ column }},
        {% endfor -%}
        row_number() over (
            partition by instants.subscription_id, instants.price_id, instants.changed_at
            order by terms.started_at desc
        ) as recency
    from instants
    inner join item_terms as terms
        on instants.subscription_id = terms.subscription_id and instants.price_id = terms.price_id and terms.started_at <= instants.changed_at
)

select
    states.subscription_id,
    states.price_id,
    states.changed_at,
    states.version_number,
    case when terms.is_there then states.status else 'canceled' end as status,
    states.cancel_requested_at,
    states.cancel_reason,
    {% for column in terms -%}
    terms.{{ column }}{{ ',' if not loop.last }}
    {% endfor %}
from dated_states as states
inner join dated_terms as terms
    on states.subscription_id = terms.subscription_id and states.price_id = terms.price_id and states.changed_at = terms.changed_at
where states.recency = 1 and terms.recency = 1
