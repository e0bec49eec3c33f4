-- Grain: one row per customer and month at whose end payments were in trouble, as it was known then.
with

changes as (select * from {{ ref('int_subscription_changes_as_known') }}),

invoice_lines as (select * from {{ ref('stg_invoice_lines') }}),

backfills as (select * from {{ ref('int_backfill_loads') }}),

months as (select * from {{ ref('int_months') }}),

bills as (

    select
        invoice_lines.customer_id,
        invoice_lines.invoice_id,
        cast({{ dbt.dateadd('day', var('payment_due_days'), 'invoice_lines.issued_at') }} as date) as due_date,
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

),

troubles as (

    select
        changes.customer_id,
        months.activity_month,
        changes.subscription_id as trouble_id
    from changes
    inner join months
        on
            changes.changed_at < months.month_end_at
            and changes.known_date < months.month_end_at
            and coalesce(changes.next_changed_at >= months.month_end_at, true)
    where changes.status in ('past_due', 'unpaid')

    union

    select
        bills.customer_id,
        months.activity_month,
        bills.invoice_id as trouble_id
    from bills
    -- What has been unpaid for longer says no more about the time that the score looks ahead.
    inner join months
        on
            bills.due_date < months.month_end_at
            and bills.known_date < months.month_end_at
            and bills.due_date >= {{ dbt.dateadd('day', -var('health_horizon_days'), 'months.month_end_at') }}
    where
        bills.paid_date is null
        or greatest(bills.paid_date, bills.payment_known_date) >= months.month_end_at

)

select
    customer_id,
    activity_month,
    count(*) as payment_trouble_count
from troubles
group by customer_id, activity_month
