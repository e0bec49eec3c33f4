-- Grain: one row per invoice line that asks for money: when it is due, and from when it and its payment are known.
with

invoice_lines as (select * from {{ ref('stg_invoice_lines') }}),

backfills as (select * from {{ ref('int_backfill_loads') }})

select
    invoice_lines.invoice_line_id,
    invoice_lines.customer_id,
    invoice_lines.invoice_id,
    {{ due_date('invoice_lines.issued_at') }} as due_date,
    cast(invoice_lines.paid_at as date) as paid_date,
    {{ known_date('cast(invoice_lines.first_loaded_at as date)', 'cast(invoice_lines.issued_at as date)') }}
        as known_date,
    {{ known_date('cast(invoice_lines.loaded_at as date)', 'cast(invoice_lines.paid_at as date)') }}
        as payment_known_date
from invoice_lines
left join backfills
    on
        cast(invoice_lines.first_loaded_at as date) = backfills.loaded_date
        and backfills.input_name = 'invoice_lines'
where
    invoice_lines.amount > 0
    and invoice_lines.status in ('open', 'paid', 'uncollectible')
