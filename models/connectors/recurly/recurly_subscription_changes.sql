-- Grain: one row per item of a subscription and instant from which its terms, its status or its discount were others.
{{ config(enabled='recurly' in var('connectors') | string) }}
{%- set columns = ['plan_id', 'status', 'quantity', 'unit_amount', 'currency', 'billing_interval', 'interval_count', 'discount_rate',
    'discount_amount', 'discount_kind', 'discount_ends_at', 'term_months', 'term_started_at', 'auto_renew', 'cancel_requested_at',
    'cancel_reason'] %}
with

states as (select * from {{ ref('recurly_discounted_states') }}),

changes as (
    select
        subscription_id,
        item_id,
        changed_at,
        account_id as customer_id,
        plan_id,
        status,
        quantity,
        unit_amount,
        currency,
        billing_interval,
        interval_count,
        nullif(discount_rate, 0) as discount_rate,
        nullif(discount_amount, 0) as discount_amount,
        case is_only_once when 1 then 'once' when 0 then 'recurring' end as discount_kind,
        case when is_only_once = 0 then ended_at end as discount_ends_at,
        term_months,
        term_started_at,
        auto_renew,
        cancel_requested_at,
        cancel_reason,
        landed_at as loaded_at
    from states
),

compared_changes as (
    select
        *,
        row_number() over (partition by item_id order by changed_at) as change_number,
        {{ earlier_columns(columns, 'item_id') }}
    from changes
)

select
    subscription_id,
    item_id,
    changed_at,
    customer_id,
    {%- for column in columns %}
    {{ column }},
    {%- endfor %}
    loaded_at
from compared_changes
where
    change_number = 1
    or {{ differs_from_earlier(columns) }}
