-- Grain: one row per customer and bill (filter: issued by the as-of day).
with

invoice_lines as (select * from {{ ref('int_invoice_lines') }}),

invoice_events as (select * from {{ ref('int_invoice_events') }}),

run_settings as (select * from {{ ref('run_settings') }}),

-- Where no bill has ever been paid, payments are not recorded: whether one is paid is not known.
payment_history as (

    select {{ has_payments() }} as has_payments
    from invoice_lines

),

line_refunds as (

    select
        invoice_line_id,
        sum(-amount - tax_amount) as refunded_amount
    from invoice_events
    where line_event = 'refunded'
    group by invoice_line_id

),

bills as (

    select
        invoice_lines.customer_id,
        coalesce(invoice_lines.invoice_id, invoice_lines.invoice_line_id) as invoice_id,
        min(invoice_lines.issued_date) as issued_date,
        sum(invoice_lines.amount) as amount,
        sum(invoice_lines.tax_amount) as tax_amount,
        sum(invoice_lines.amount + invoice_lines.tax_amount) as total_amount,
        max(invoice_lines.paid_date) as paid_date,
        {%- for status in ['open', 'paid', 'uncollectible'] %}
        sum(case when invoice_lines.status = '{{ status }}' then 1 else 0 end) as {{ status }}_count,
        {%- endfor %}
        {%- for status in ['open', 'paid'] %}
        sum(
            case
                when invoice_lines.status = '{{ status }}' then invoice_lines.amount + invoice_lines.tax_amount else 0
            end
        ) as {{ status }}_amount,
        {%- endfor %}
        sum(coalesce(line_refunds.refunded_amount, 0)) as refunded_amount
    from invoice_lines
    left join line_refunds on invoice_lines.invoice_line_id = line_refunds.invoice_line_id
    group by invoice_lines.customer_id, coalesce(invoice_lines.invoice_id, invoice_lines.invoice_line_id)

),

dated_bills as (

    select
        bills.customer_id,
        bills.invoice_id,
        bills.issued_date,
        {{ due_date('bills.issued_date') }} as due_date,
        -- Overdue from the day on which it is due.
        bills.open_count > 0 and {{ due_date('bills.issued_date') }} <= run_settings.as_of_date as is_overdue,
        payment_history.has_payments,
        bills.amount,
        bills.tax_amount,
        bills.total_amount,
        bills.paid_date,
        bills.open_count,
        bills.paid_count,
        bills.uncollectible_count,
        bills.open_amount,
        bills.paid_amount,
        bills.refunded_amount
    from bills
    cross join run_settings
    cross join payment_history

)

select
    customer_id,
    invoice_id,
    cast(row_number() over (
        partition by customer_id order by issued_date desc, invoice_id desc
    ) as {{ dbt.type_bigint() }}) as bill_number,
    issued_date,
    due_date,
    case
        when not has_payments then 'unknown'
        when is_overdue then 'overdue'
        when open_count > 0 then 'open'
        when uncollectible_count > 0 then 'uncollectible'
        when paid_count = 0 then 'void'
        when refunded_amount > 0 and refunded_amount >= paid_amount then 'refunded'
        when refunded_amount > 0 then 'partly_refunded'
        else 'paid'
    end as bill_status,
    case when open_count = 0 and paid_count > 0 then paid_date end as paid_date,
    cast(amount as {{ type_amount() }}) as amount,
    cast(tax_amount as {{ type_amount() }}) as tax_amount,
    cast(total_amount as {{ type_amount() }}) as total_amount,
    cast(case when has_payments then paid_amount end as {{ type_amount() }}) as paid_amount,
    cast(case when has_payments then open_amount end as {{ type_amount() }}) as open_amount,
    cast(refunded_amount as {{ type_amount() }}) as refunded_amount
from dated_bills
