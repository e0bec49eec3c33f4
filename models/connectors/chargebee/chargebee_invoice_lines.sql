-- Grain: one row per line of an invoice or a credit note, in major units.
{{ config(enabled='chargebee' in var('connectors') | string) }}
with

lines as (select * from {{ ref('base_chargebee_invoice_lines') }}),

prices as (select * from {{ ref('base_chargebee_prices') }}),

billed as (
    select distinct subscription_id, price_id, billed_from
    from {{ ref('chargebee_billed_terms') }}
)

select
    lines.document_id || '|' || lines.line_id as invoice_line_id,
    lines.document_id as invoice_id,
    lines.customer_id,
    lines.subscription_id,
    case when lines.entity_type in ('plan', 'addon', 'plan_item_price', 'addon_item_price') then lines.price_id end as item_id,
    case when lines.entity_type <> 'adhoc' then lines.price_id end as plan_id,
    case
        when lines.is_credit then 'credit'
        when coalesce(prices.is_metered, false) then 'usage'
        when
            coalesce(lines.entity_type, '') not in ('plan', 'addon', 'plan_item_price', 'addon_item_price') or coalesce(prices.is_one_off, false)
            then 'one_off'
        when billed.billed_from is null and lines.amount > 0 and lines.status <> 'voided' then 'proration'
        else 'recurring'
    end as kind,
    lines.issued_at,
    lines.period_started_at as period_start_at,
    lines.period_ended_at as period_end_at,
    lines.quantity,
    case when lines.is_credit then -1 else 1 end * (
        lines.amount - lines.discount_amount - case when lines.included_tax_rate is not null then lines.tax_amount else 0 end
    ) as amount,
    case when lines.is_credit then -1 else 1 end * lines.discount_amount as discount_amount,
    case when lines.is_credit then -1 else 1 end * lines.tax_amount as tax_amount,
    lines.currency,
    case
        when lines.status in ('voided', 'pending') then case lines.status when 'pending' then 'draft' else 'void' end
        when lines.is_credit then 'paid'
        when lines.status in ('posted', 'payment_due', 'not_paid') then 'open'
        else lines.status
    end as status,
    case when lines.is_credit then coalesce(lines.paid_at, lines.issued_at) else lines.paid_at end as paid_at,
    lines.voided_at,
    lines.landed_at as loaded_at
from lines
left join prices on lines.price_id = prices.price_id
left join billed
    on lines.subscription_id = billed.subscription_id and lines.price_id = billed.price_id and lines.period_started_at = billed.billed_from
