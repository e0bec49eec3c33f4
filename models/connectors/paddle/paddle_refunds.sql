-- Grain: one row per line of a refund or a chargeback that was approved.
{{ config(enabled='paddle' in var('connectors') | string) }}
with

adjustments as (select * from {{ ref('base_paddle_adjustments') }})

-- Tax alone that was paid back is no revenue.
select
    adjustment_item_id as refund_id,
    line_id as invoice_line_id,
    created_at as refunded_at,
    amount,
    tax_amount,
    currency,
    landed_at as loaded_at
from adjustments
where action <> 'credit' and coalesce(amount <> 0, true)
