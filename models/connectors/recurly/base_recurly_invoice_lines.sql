-- Grain: one row per line item of an invoice, its newest version, in major units.
{{ config(enabled='recurly' in var('connectors') | string) }}
{%- set invoices = landed_table('recurly', ['invoice_history', 'invoices', 'invoice'], 'invoices') %}
{%- set table = landed_table('recurly', ['line_item_history', 'line_items', 'line_item'], 'lines') %}
{%- set rows = first_landed('recurly', [table, landed_list(invoices, 'line_items', 'lines')]) %}
{%- set is_nested = not table.name %}
with

landed_lines as (

    select
        {{ landed(rows, ['id', 'uuid'], 'id') }} as line_id,
        {{ landed(invoices, 'id', 'id') if is_nested else landed(rows, 'invoice.id', 'id') }} as invoice_id,
        {{ landed(rows, 'account.id', 'id') }} as account_id,
        {{ landed(rows, 'subscription.id', 'id') }} as subscription_id,
        {{ landed(rows, 'plan.id', 'id') }} as plan_id,
        {{ landed(rows, 'add_on.id', 'id') }} as plan_add_on_id,
        lower({{ landed(rows, 'type') }}) as line_type,
        lower({{ landed(rows, 'state') }}) as state,
        lower({{ landed(rows, 'origin') }}) as origin,
        upper({{ landed(rows, 'currency') }}) as currency,
        {{ landed(rows, 'quantity', 'number') }} as quantity,
        {{ landed(rows, ['unit_amount_decimal', 'unit_amount'], 'number') }} as unit_amount,
        {{ landed(rows, 'subtotal', 'number') }} as subtotal,
        {{ landed(rows, 'amount', 'number') }} as amount,
        {{ landed(rows, 'discount', 'number') }} as discount_amount,
        {{ landed(rows, 'tax', 'number') }} as tax_amount,
        coalesce({{ landed(rows, 'tax_inclusive', 'boolean') }}, false) as is_tax_included,
        {{ landed(rows, ['tax_rate', 'tax_info.rate'], 'number') }} as tax_rate,
        {{ landed(rows, 'proration_rate', 'number') }} as proration_rate,
        coalesce({{ landed(rows, 'refund', 'boolean') }}, false) as is_refund,
        {{ landed(rows, 'start_date', 'instant') }} as period_started_at,
        {{ landed(rows, 'end_date', 'instant') }} as period_ended_at,
        {{ landed(rows, 'created_at', 'instant') }} as created_at,
        {{ landed(invoices if is_nested else rows, 'updated_at', 'instant') }} as updated_at,
        {{ landed_at(rows, invoices if is_nested else none) }} as landed_at
    from {{ rows.sql }}

),

-- A line without an id is itself alone.
ordered_lines as (
    select
        *,
        row_number() over (
            partition by line_id order by updated_at desc nulls last, landed_at desc nulls last, amount desc
        ) as recency
    from landed_lines
)

select *
from ordered_lines
where line_id is null or recency = 1
