-- Grain: one row per customer and month in which money came in or went back, before tax, in the reporting currency.
with

invoice_lines as (select * from {{ ref('int_invoice_lines') }}),

service_months as (select * from {{ ref('int_service_months') }}),

spells as (select * from {{ ref('int_service_spells') }}),

run_settings as (select * from {{ ref('run_settings') }}),

invoice_counts as (select count(*) as line_count from {{ ref('int_invoice_lines') }}),

numbered_months as (

    select
        service_months.customer_id,
        service_months.activity_month,
        service_months.mrr_amount,
        service_months.billing_months,
        spells.started_date,
        {{ months_between('spells.started_date', 'service_months.activity_month') }} as month_number
    from service_months
    inner join spells
        on
            service_months.customer_id = spells.customer_id
            and service_months.spell_number = spells.spell_number

),

movements as (

    select
        customer_id,
        paid_month as activity_month,
        amount as collected_amount,
        0 as refunded_amount,
        true as has_billing_history
    from invoice_lines
    where status = 'paid'

    union all

    select
        customer_id,
        refunded_month as activity_month,
        0 as collected_amount,
        refunded_amount,
        true as has_billing_history
    from invoice_lines
    where refunded_amount <> 0 and refunded_month is not null

    union all

    -- Without any invoice: the MRR of each billing period, on the day on which it would fall due.
    select
        numbered_months.customer_id,
        numbered_months.activity_month,
        numbered_months.mrr_amount * numbered_months.billing_months as collected_amount,
        0 as refunded_amount,
        false as has_billing_history
    from numbered_months
    cross join invoice_counts
    cross join run_settings
    where
        invoice_counts.line_count = 0
        and mod(numbered_months.month_number, numbered_months.billing_months) = 0
        and {{ add_months('numbered_months.started_date', 'numbered_months.month_number') }} <= run_settings.as_of_date

)

select
    customer_id,
    activity_month,
    has_billing_history,
    cast(sum(collected_amount) as {{ type_amount() }}) as collected_amount,
    cast(sum(refunded_amount) as {{ type_amount() }}) as refunded_amount
from movements
group by customer_id, activity_month, has_billing_history
