-- Grain: one row per line item of an invoice, or of one to come, in major units.
{{ config(enabled='recurly' in var('connectors') | string) }}
{%- set rows = landed_table('recurly', ['invoice_history', 'invoices', 'invoice'], 'invoices') %}
with

lines as (select * from {{ ref('base_recurly_invoice_lines') }}),

add_ons as (select * from {{ ref('base_recurly_add_ons') }}),

landed_invoices as (

    select
        {{ landed(rows, 'id', 'id') }} as invoice_id,
        {{ landed(rows, 'account.id', 'id') }} as account_id,
        lower({{ landed(rows, 'state') }}) as state,
        upper({{ landed(rows, 'currency') }}) as currency,
        {{ landed(rows, 'created_at', 'instant') }} as created_at,
        {{ landed(rows, 'closed_at', 'instant') }} as closed_at,
        {{ landed(rows, 'updated_at', 'instant') }} as updated_at,
        {{ landed_at(rows) }} as landed_at
    from {{ rows.sql }}

),

invoices as (
    select
        *,
        row_number() over (
            partition by invoice_id order by updated_at desc nulls last, landed_at desc nulls last, closed_at desc nulls last
        ) as recency
    from landed_invoices
),

add_on_items as (
    select
        subscription_id,
        plan_add_on_id,
        min(item_id) as item_id
    from add_ons
    group by subscription_id, plan_add_on_id
)

select
    lines.line_id as invoice_line_id,
    lines.invoice_id,
    coalesce(lines.account_id, invoices.account_id) as customer_id,
    lines.subscription_id,
    case when lines.origin like 'add_on%' then add_on_items.item_id when lines.origin like 'plan%' then lines.subscription_id end as item_id,
    case when lines.origin like 'add_on%' then lines.plan_add_on_id when lines.origin like 'plan%' then lines.plan_id end as plan_id,
    case
        when lines.line_type = 'credit' or lines.is_refund or lines.origin in ('credit', 'coupon', 'carryforward') then 'credit'
        when lines.origin like 'add_on%' and add_on_items.item_id is null then 'usage'
        when coalesce(lines.proration_rate, 1) <> 1 then 'proration'
        when lines.origin like 'plan%' or lines.origin like 'add_on%' then 'recurring'
        else 'one_off'
    end as kind,
    coalesce(invoices.created_at, lines.created_at) as issued_at,
    lines.period_started_at as period_start_at,
    case when lines.period_ended_at >= lines.period_started_at then lines.period_ended_at end as period_end_at,
    lines.quantity,
    coalesce(
        lines.subtotal - coalesce(lines.discount_amount, 0) - case when lines.is_tax_included then coalesce(lines.tax_amount, 0) else 0 end,
        lines.amount
    ) as amount,
    lines.discount_amount,
    lines.tax_amount,
    coalesce(lines.currency, invoices.currency) as currency,
    case
        when invoices.state in ('paid', 'closed') then 'paid'
        when invoices.state = 'voided' then 'void'
        when invoices.state = 'failed' then 'uncollectible'
        when lines.state = 'pending' then 'draft'
        else 'open'
    end as status,
    case when invoices.state in ('paid', 'closed') then invoices.closed_at end as paid_at,
    case when invoices.state = 'voided' then coalesce(invoices.closed_at, invoices.updated_at) end as voided_at,
    case when invoices.state = 'failed' then coalesce(invoices.closed_at, invoices.updated_at) end as written_off_at,
    lines.landed_at as loaded_at
from lines
left join invoices on lines.invoice_id = invoices.invoice_id and invoices.recency = 1
left join add_on_items on lines.subscription_id = add_on_items.subscription_id and lines.plan_add_on_id = add_on_items.plan_add_on_id
