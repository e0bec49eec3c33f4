-- Grain: one row per item of a subscription: its plan, and each add-on, with when it began and ended.
{{ config(enabled='recurly' in var('connectors') | string) }}
with

terms as (select * from {{ ref('recurly_item_terms') }}),

subscriptions as (select * from {{ ref('base_recurly_subscriptions') }}),

add_ons as (select * from {{ ref('base_recurly_add_ons') }}),

lines as (select * from {{ ref('base_recurly_invoice_lines') }}),

-- The last bill says what of a price that includes tax is tax.
billed_taxes as (
    select
        subscription_id,
        tax_rate,
        row_number() over (partition by subscription_id order by period_started_at desc nulls last, tax_rate desc) as recency
    from lines
    where tax_rate is not null and not is_refund
),

starts as (
    select
        item_id,
        subscription_id,
        min(changed_at) as started_at
    from terms
    group by item_id, subscription_id
)

select
    starts.item_id,
    starts.subscription_id,
    subscriptions.account_id,
    starts.started_at,
    add_ons.removed_at,
    case when subscriptions.ends_at is not null then greatest(subscriptions.ends_at, starts.started_at) end as ends_at,
    case when subscriptions.state = 'expired' then subscriptions.expiration_reason end as expiration_reason,
    subscriptions.currency,
    case when subscriptions.is_tax_included then coalesce(subscriptions.tax_rate, billed_taxes.tax_rate, 0) else 0 end as included_tax_rate,
    subscriptions.landed_at
from starts
inner join subscriptions on starts.subscription_id = subscriptions.subscription_id and subscriptions.recency = 1
left join add_ons on starts.item_id = add_ons.item_id and add_ons.recency = 1
left join billed_taxes on starts.subscription_id = billed_taxes.subscription_id and billed_taxes.recency = 1
