-- Grain: one row per row of the input refunds, valid or rejected, with the reason why it is rejected.
with

received_refunds as (select * from {{ received('refunds') }} as received_rows),

line_versions as (

    select
        invoice_line_id,
        currency,
        row_number() over (partition by invoice_line_id order by loaded_at desc, currency asc nulls last) as version_number
    from {{ ref('base_invoice_lines') }}
    where reject_reason is null

),

refunds as (

    select
        {{ input_columns('refunds', 'received_refunds', {
            'currency': 'coalesce(received_refunds.currency, invoice_lines.currency)'
        }) }},
        received_refunds.is_folded,
        invoice_lines.invoice_line_id is not null as has_invoice_line
    from received_refunds
    left join line_versions as invoice_lines
        on received_refunds.invoice_line_id = invoice_lines.invoice_line_id and invoice_lines.version_number = 1

),

currencies as (select * from {{ ref('base_currencies') }})

select
    {{ input_columns('refunds') }},
    refunds.is_folded,
    case
        when refunds.unreadable_value is not null then 'unreadable_value'
        when refunds.refund_id is null then 'missing_refund_id'
        when refunds.invoice_line_id is null then 'missing_invoice_line_id'
        when refunds.refunded_at is null then 'missing_refunded_at'
        when refunds.amount is null then 'missing_amount'
        when refunds.loaded_at is null then 'missing_loaded_at'
        when greatest(abs(refunds.amount), abs(refunds.tax_amount)) >= {{ var('number_limit') }}
            then 'number_out_of_range'
        when refunds.amount < 0 then 'negative_amount'
        when refunds.tax_amount < 0 then 'negative_tax_amount'
        when least(refunds.refunded_at, refunds.loaded_at) < {{ earliest_at() }} then 'dated_before_earliest'
        when not refunds.has_invoice_line then 'unknown_invoice_line'
        when currencies.currency is null then 'unknown_currency'
        when coalesce(currencies.first_rate_month > refunds.refunded_at, true) then 'missing_exchange_rate'
        when refunds.refunded_at > refunds.loaded_at then 'dated_after_loaded_at'
    end as reject_reason
from refunds
left join currencies on refunds.currency = currencies.currency
