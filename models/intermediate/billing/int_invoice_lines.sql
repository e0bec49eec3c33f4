-- Grain: one row per invoice line issued by the as-of day (filter: not a draft).
with

invoice_lines as (select * from {{ ref('stg_invoice_lines') }}),

exchange_rates as (select * from {{ ref('int_exchange_rates') }}),

run_settings as (select * from {{ ref('run_settings') }})

select
    invoice_lines.invoice_line_id,
    invoice_lines.customer_id,
    invoice_lines.subscription_id,
    invoice_lines.item_id,
    invoice_lines.plan_id,
    invoice_lines.kind,
    -- A payment or refund after the as-of day has not happened yet.
    case
        when invoice_lines.status in ('void', 'uncollectible') then invoice_lines.status
        when
            invoice_lines.status = 'paid'
            and coalesce(invoice_lines.paid_at, invoice_lines.issued_at) < run_settings.as_of_end_at
            then 'paid'
        else 'open'
    end as status,
    cast(invoice_lines.issued_at as date) as issued_date,
    {{ month_start('invoice_lines.issued_at') }} as issued_month,
    {{ month_start('coalesce(invoice_lines.paid_at, invoice_lines.issued_at)') }} as paid_month,
    case
        when
            coalesce(invoice_lines.refunded_at, invoice_lines.paid_at, invoice_lines.issued_at)
            < run_settings.as_of_end_at
            then
                {{ month_start(
                    'coalesce(invoice_lines.refunded_at, invoice_lines.paid_at, invoice_lines.issued_at)'
                ) }}
    end as refunded_month,
    -- Whole months of service that the line is for; one where its period is not stated.
    greatest(
        coalesce(
            {{ whole_months(days_between(
                'cast(invoice_lines.period_start_at as date)', 'cast(invoice_lines.period_end_at as date)'
            )) }}, 1
        ), 1
    ) as period_months,
    cast(invoice_lines.amount * exchange_rates.exchange_rate as {{ type_amount() }}) as amount,
    cast(invoice_lines.discount_amount * exchange_rates.exchange_rate as {{ type_amount() }}) as discount_amount,
    cast(invoice_lines.tax_amount * exchange_rates.exchange_rate as {{ type_amount() }}) as tax_amount,
    cast(invoice_lines.refunded_amount * exchange_rates.exchange_rate as {{ type_amount() }}) as refunded_amount
from invoice_lines
cross join run_settings
-- At the rate of the month of issue, so that what was invoiced and what was collected of it are the same money.
left join exchange_rates
    on
        invoice_lines.currency = exchange_rates.currency
        and {{ month_start('invoice_lines.issued_at') }}
        between exchange_rates.valid_from_month and exchange_rates.activity_month
where invoice_lines.status <> 'draft'
