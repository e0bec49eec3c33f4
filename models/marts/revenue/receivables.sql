-- Grain: one row per customer and age band (filter: a bill is open on the as-of day).
with

invoice_lines as (select * from {{ ref('int_invoice_lines') }}),

age_bands as (select * from {{ ref('receivable_age_bands') }}),

run_settings as (select * from {{ ref('run_settings') }}),

-- Where no bill has ever been paid, payments are not recorded: what is open is not known.
payment_history as (

    select {{ has_payments() }} as has_payments
    from invoice_lines

),

open_lines as (

    select
        invoice_lines.customer_id,
        coalesce(invoice_lines.invoice_id, invoice_lines.invoice_line_id) as invoice_id,
        run_settings.as_of_date,
        invoice_lines.issued_date,
        -- Overdue from the day on which it is due.
        {{ days_between(due_date('invoice_lines.issued_date'), 'run_settings.as_of_date') }} + 1 as days_overdue,
        payment_history.has_payments,
        case when payment_history.has_payments then invoice_lines.amount + invoice_lines.tax_amount end as open_amount,
        case when payment_history.has_payments then invoice_lines.tax_amount end as tax_amount
    from invoice_lines
    cross join run_settings
    cross join payment_history
    where invoice_lines.status = 'open' and (invoice_lines.amount <> 0 or invoice_lines.tax_amount <> 0)

),

invoices as (

    select
        open_lines.customer_id,
        open_lines.invoice_id,
        open_lines.as_of_date,
        coalesce(age_bands.age_band, 'unknown') as age_band,
        age_bands.band_position,
        min(open_lines.issued_date) as oldest_issued_date,
        max(case when open_lines.has_payments then greatest(open_lines.days_overdue, 0) end) as max_days_overdue,
        sum(open_lines.open_amount) as open_amount,
        sum(open_lines.tax_amount) as tax_amount,
        sum(case when open_lines.open_amount >= 0 then 0 else open_lines.open_amount end) as credit_amount
    from open_lines
    left join age_bands
        on
            open_lines.has_payments
            and coalesce(open_lines.days_overdue >= age_bands.min_days_overdue, true)
            and coalesce(open_lines.days_overdue <= age_bands.max_days_overdue, true)
    group by
        open_lines.customer_id, open_lines.invoice_id, open_lines.as_of_date, age_bands.age_band,
        age_bands.band_position

)

select
    customer_id,
    age_band,
    band_position,
    as_of_date,
    cast(sum(open_amount) as {{ type_amount() }}) as open_amount,
    cast(sum(tax_amount) as {{ type_amount() }}) as tax_amount,
    cast(sum(credit_amount) as {{ type_amount() }}) as credit_amount,
    cast(count(*) as {{ dbt.type_bigint() }}) as invoice_count,
    min(oldest_issued_date) as oldest_issued_date,
    cast(max(max_days_overdue) as {{ dbt.type_int() }}) as max_days_overdue
from invoices
group by customer_id, age_band, band_position, as_of_date
