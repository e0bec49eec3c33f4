-- Grain: one row per item of a subscription (its plan, and each add-on) and instant from which it had another plan, quantity or price.
-- What a plan was before its first version stands on the lines of invoices and in the changes; what it will be in changes and ramps.
{{ config(enabled='recurly' in var('connectors') | string) }}
{%- set columns = ['plan_id', 'quantity', 'unit_amount'] %}
with

subscriptions as (select * from {{ ref('base_recurly_subscriptions') }}),

changes as (select * from {{ ref('base_recurly_changes') }}),

add_ons as (select * from {{ ref('base_recurly_add_ons') }}),

add_on_prices as (select * from {{ ref('recurly_add_on_prices') }}),

lines as (select * from {{ ref('base_recurly_invoice_lines') }}),

current_subscriptions as (select * from subscriptions where recency = 1),

evidence as (

    select
        subscription_id, subscription_id as item_id, started_at, version_at as known_at, plan_id, quantity, unit_amount, 3 as precedence
    from subscriptions

    union all

    select
        changes.subscription_id, changes.subscription_id as item_id, subscriptions.started_at, changes.changed_at as known_at,
        changes.plan_id, changes.quantity, changes.unit_amount, 2 as precedence
    from changes
    inner join current_subscriptions as subscriptions on changes.subscription_id = subscriptions.subscription_id

    union all

    select
        lines.subscription_id, lines.subscription_id as item_id, subscriptions.started_at, lines.period_started_at as known_at,
        lines.plan_id, lines.quantity, lines.unit_amount, 1 as precedence
    from lines
    inner join subscriptions on lines.subscription_id = subscriptions.subscription_id and subscriptions.version_number = 1
    where
        lines.origin = 'plan' and lines.period_started_at < subscriptions.version_at
        and not lines.is_refund and coalesce(lines.line_type, 'charge') = 'charge' and coalesce(lines.proration_rate, 1) = 1

    union all

    select
        subscriptions.subscription_id, subscriptions.subscription_id as item_id, subscriptions.started_at,
        {{ instant_in(json_value('ramps.element', ['starting_on'])) }} as known_at,
        null as plan_id, cast(null as {{ type_double() }}) as quantity,
        {{ number_in(json_value('ramps.element', ['unit_amount'])) }} as unit_amount, 4 as precedence
    from current_subscriptions as subscriptions {{ join_json_elements('subscriptions.ramp_intervals', 'ramps') }}

    union all

    select
        add_ons.subscription_id, add_ons.item_id,
        greatest(subscriptions.started_at, coalesce(add_ons.created_at, subscriptions.started_at)) as started_at,
        add_ons.version_at as known_at, add_ons.plan_add_on_id as plan_id, add_ons.quantity,
        coalesce(add_on_prices.unit_amount, add_ons.unit_amount) as unit_amount, 3 as precedence
    from add_ons
    inner join current_subscriptions as subscriptions on add_ons.subscription_id = subscriptions.subscription_id
    left join add_on_prices on add_ons.item_id = add_on_prices.item_id and add_ons.version_at = add_on_prices.version_at

),

-- Evidence that names no plan, quantity or price leaves it as it was.
numbered_evidence as (
    select
        *,
        row_number() over (partition by item_id order by known_at asc, precedence asc, unit_amount asc) as evidence_number,
        {%- for column in columns %}
        count({{ column }}) over (
            partition by item_id order by known_at asc, precedence asc, unit_amount asc rows unbounded preceding
        ) as {{ column }}_number{{ ',' if not loop.last }}
        {%- endfor %}
    from evidence
    where known_at is not null
),

terms as (

    select
        subscription_id,
        item_id,
        evidence_number,
        case when evidence_number = 1 then started_at else greatest(known_at, started_at) end as changed_at,
        {%- for column in columns %}
        coalesce(
            max({{ column }}) over (partition by item_id, {{ column }}_number),
            min(case when {{ column }}_number = 1 then {{ column }} end) over (partition by item_id)
        ) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from numbered_evidence

),

latest_terms as (
    select
        *,
        row_number() over (partition by item_id, changed_at order by evidence_number desc) as recency
    from terms
)

select
    subscription_id,
    item_id,
    changed_at,
    plan_id,
    quantity,
    unit_amount
from latest_terms
where recency = 1
