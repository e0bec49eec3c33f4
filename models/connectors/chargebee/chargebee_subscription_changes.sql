-- Grain: one row per item of a subscription and instant from which its terms, its status or its discount were others.
{{ config(enabled='chargebee' in var('connectors') | string) }}
{%- set columns = ['status', 'quantity', 'unit_amount', 'billing_interval', 'interval_count', 'discount_rate', 'discount_amount',
    'discount_kind', 'discount_ends_at', 'included_tax_rate', 'term_months', 'term_started_at', 'auto_renew', 'notice_days',
    'cancel_requested_at', 'cancel_reason'] %}
with

states as (select * from {{ ref('chargebee_discounted_states') }}),

versions as (select * from {{ ref('base_chargebee_subscriptions') }}),

contracts as (select * from {{ ref('base_chargebee_contract_terms') }}),

lines as (
    select
        *,
        row_number() over (partition by subscription_id, price_id order by issued_at desc nulls last, line_id asc) as recency
    from {{ ref('base_chargebee_invoice_lines') }}
    where not is_credit
),

contract_starts as (
    select
        states.subscription_id,
        states.price_id,
        states.changed_at,
        max(contracts.started_at) as started_at
    from states
    inner join contracts on states.subscription_id = contracts.subscription_id and contracts.started_at <= states.changed_at
    group by states.subscription_id, states.price_id, states.changed_at
),

changes as (
    select
        states.subscription_id,
        states.price_id,
        states.changed_at,
        states.status,
        states.cancel_requested_at,
        states.cancel_reason,
        states.quantity,
        states.unit_amount,
        states.billing_interval,
        states.interval_count,
        states.discount_rate,
        states.discount_amount,
        states.discount_kind,
        states.discount_ends_at,
        lines.included_tax_rate,
        contracts.term_months,
        contracts.started_at as term_started_at,
        contracts.is_renewed as auto_renew,
        contracts.notice_days
    from states
    left join contract_starts as starts
        on states.subscription_id = starts.subscription_id and states.price_id = starts.price_id and states.changed_at = starts.changed_at
    left join contracts on starts.subscription_id = contracts.subscription_id and starts.started_at = contracts.started_at
    left join lines on states.subscription_id = lines.subscription_id and states.price_id = lines.price_id and lines.recency = 1
),

compared_changes as (
    select
        *,
        row_number() over (partition by subscription_id, price_id order by changed_at) as change_number,
        {{ earlier_columns(columns, 'subscription_id, price_id') }}
    from changes
)

select
    changes.subscription_id,
    changes.price_id as item_id,
    changes.changed_at,
    versions.customer_id,
    changes.price_id as plan_id,
    versions.currency,
    {%- for column in columns %}
    changes.{{ column }},
    {%- endfor %}
    versions.landed_at as loaded_at
from compared_changes as changes
inner join versions on changes.subscription_id = versions.subscription_id and versions.recency = 1
where
    changes.change_number = 1
    or {{ differs_from_earlier(columns, 'changes') }}
