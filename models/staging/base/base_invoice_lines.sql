-- Grain: one row per row of the input invoice_lines, valid or rejected, with the reason why it is rejected.
with

invoice_lines as (select * from {{ received('invoice_lines') }} as received_rows),

customers as (select * from {{ ref('stg_customers') }}),

currencies as (select * from {{ ref('base_currencies') }})

select
    {{ input_columns('invoice_lines') }},
    customers.canonical_customer_id,
    invoice_lines.is_folded,
    case
        when invoice_lines.unreadable_value is not null then 'unreadable_value'
        when invoice_lines.invoice_line_id is null then 'missing_invoice_line_id'
        when invoice_lines.customer_id is null then 'missing_customer_id'
        when invoice_lines.kind is null then 'missing_kind'
        when invoice_lines.status is null then 'missing_status'
        when invoice_lines.amount is null then 'missing_amount'
        when invoice_lines.currency is null then 'missing_currency'
        when invoice_lines.issued_at is null and invoice_lines.status <> 'draft' then 'missing_issued_at'
        when invoice_lines.loaded_at is null then 'missing_loaded_at'
        when customers.is_internal then 'internal_customer'
        when invoice_lines.kind not in ('recurring', 'proration', 'one_off', 'usage', 'credit') then 'unknown_kind'
        when invoice_lines.status not in ('draft', 'open', 'paid', 'void', 'uncollectible') then 'unknown_status'
        when
            greatest(
                abs(invoice_lines.quantity), abs(invoice_lines.amount), abs(invoice_lines.discount_amount),
                abs(invoice_lines.tax_amount), abs(invoice_lines.refunded_amount),
                abs(invoice_lines.refunded_tax_amount)
            ) >= {{ var('number_limit') }}
            then 'number_out_of_range'
        when invoice_lines.quantity < 0 then 'negative_quantity'
        when invoice_lines.refunded_amount < 0 then 'negative_refunded_amount'
        when invoice_lines.refunded_tax_amount < 0 then 'negative_refunded_tax_amount'
        when
            least(
                invoice_lines.issued_at, invoice_lines.period_start_at, invoice_lines.period_end_at,
                invoice_lines.paid_at, invoice_lines.refunded_at, invoice_lines.voided_at,
                invoice_lines.written_off_at, invoice_lines.loaded_at
            ) < {{ earliest_at() }}
            then 'dated_before_earliest'
        when currencies.currency is null then 'unknown_currency'
        when
            coalesce(currencies.first_rate_month > coalesce(invoice_lines.issued_at, invoice_lines.loaded_at), true)
            then 'missing_exchange_rate'
        when invoice_lines.period_end_at < invoice_lines.period_start_at then 'end_before_start'
        when
            greatest(
                invoice_lines.issued_at, invoice_lines.paid_at, invoice_lines.refunded_at,
                invoice_lines.voided_at, invoice_lines.written_off_at
            ) > invoice_lines.loaded_at
            then 'dated_after_loaded_at'
    end as reject_reason
from invoice_lines
left join customers on invoice_lines.customer_id = customers.customer_id
left join currencies on invoice_lines.currency = currencies.currency
