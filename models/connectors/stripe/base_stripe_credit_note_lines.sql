-- Grain: one row per line of a credit note that was issued and not made void, from live mode, in minor units.
{{ config(enabled='stripe' in var('connectors') | string) }}
{%- set notes = landed_table('stripe', ['credit_note', 'credit_notes'], 'notes') %}
{%- set table = landed_table('stripe', ['credit_note_line_item', 'credit_note_line_items'], 'note_lines') %}
{%- set list = landed_list(notes, 'lines.data', 'note_lines', ['credit_note__lines__data']) %}
{%- set rows = first_landed('stripe', [list, table]) %}
{%- set new_taxes = landed_list(rows, 'taxes', 'taxes') %}
{%- set old_taxes = landed_list(rows, 'tax_amounts', 'taxes') %}
{%- set line_id = landed(rows, 'id', 'id') %}
{%- set note_id = landed(notes, 'id', 'id') if list.name else landed(rows, ['credit_note_id', 'credit_note'], 'id') %}
with

landed_notes as (

    select
        {{ landed(notes, 'id', 'id') }} as credit_note_id,
        {{ landed(notes, ['invoice.id', 'invoice_id', 'invoice'], 'id') }} as invoice_id,
        {{ landed(notes, 'type') }} as credit_note_type,
        {{ landed(notes, 'status') }} as status,
        {{ landed(notes, 'currency') }} as currency,
        {{ landed(notes, ['created'], 'instant') }} as created_at,
        coalesce({{ landed(notes, 'livemode', 'boolean') }}, true) as is_live,
        {{ landed_at(notes) }} as landed_at
    from {{ notes.sql }}

),

notes as (
    select
        *,
        row_number() over (partition by credit_note_id order by landed_at desc nulls last, status desc) as recency
    from landed_notes
    where is_live
),

landed_lines as (

    select distinct
        {{ note_id }} as credit_note_id,
        {{ line_id }} as line_id,
        {{ landed(rows, ['invoice_line_item_id', 'invoice_line_item'], 'id') }} as invoice_line_id,
        {{ landed(rows, 'quantity', 'number') }} as quantity,
        {{ landed(rows, 'amount', 'number') }} as amount,
        {{ landed(rows, 'discount_amount', 'number') }} as discount_amount
    from {{ rows.sql }}

),

taxes as (

    select distinct
        {{ line_id }} as line_id,
        {{ landed(old_taxes, 'amount', 'number') }} as amount,
        {{ landed(old_taxes, 'inclusive', 'boolean') }} as is_included
    from {{ old_taxes.sql }}

    union all

    select distinct
        {{ line_id }} as line_id,
        {{ landed(new_taxes, 'amount', 'number') }} as amount,
        {{ landed(new_taxes, 'tax_behavior') }} = 'inclusive' as is_included
    from {{ new_taxes.sql }}

),

line_taxes as (
    select
        line_id,
        sum(amount) as amount,
        sum(case when is_included then amount end) as included_amount
    from taxes
    group by line_id
)

select
    lines.credit_note_id,
    lines.line_id,
    notes.invoice_id,
    lines.invoice_line_id,
    notes.credit_note_type,
    notes.currency,
    notes.created_at,
    lines.quantity,
    lines.amount,
    coalesce(lines.discount_amount, 0) as discount_amount,
    coalesce(line_taxes.amount, 0) as tax_amount,
    coalesce(line_taxes.included_amount, 0) as included_tax_amount,
    notes.landed_at
from landed_lines as lines
inner join notes on lines.credit_note_id = notes.credit_note_id and notes.recency = 1
left join line_taxes on lines.line_id = line_taxes.line_id
where coalesce(notes.status, 'issued') <> 'void'
