-- Grain: one row per item that its subscription no longer has, with when it was removed.
{{ config(enabled='stripe' in var('connectors') | string) }}
with

terms as (select * from {{ ref('stripe_item_terms') }}),

lines as (select * from {{ ref('base_stripe_invoice_lines') }}),

-- A credit without a debit at its second is the end of an item; without one it ends with the last period that was billed.
seconds as (

    select
        item_id,
        period_started_at,
        max(period_ended_at) as period_ended_at,
        max(case when is_proration and amount < 0 then 1 else 0 end) as has_credit,
        max(case when amount >= 0 then 1 else 0 end) as has_debit
    from lines
    group by item_id, period_started_at

)

select
    terms.item_id,
    coalesce(
        max(case when seconds.has_credit = 1 and seconds.has_debit = 0 then seconds.period_started_at end), max(seconds.period_ended_at)
    ) as removed_at
from terms
inner join seconds on terms.item_id = seconds.item_id
where not terms.is_current
group by terms.item_id
