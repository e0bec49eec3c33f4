-- Grain: one row per invoice line issued by the as-of day (filter: not a draft).
{%- set refunded_at = 'coalesce(invoice_lines.refunded_at, invoice_lines.paid_at, invoice_lines.issued_at)' %}
with

invoice_lines as (select * from {{ ref('stg_invoice_lines') }}),

exchange_rates as (select * from {{ ref('int_exchange_rates') }}),

run_settings as (select * from {{ ref('run_settings') }}),

-- A line whose status does not follow the day of its voiding or writing off has the status of that day.
last_statuses as (

    select
        invoice_line_id,
        issued_at,
        paid_at,
        written_off_at,
        case
            when status <> 'open' then status
            when voided_at is not null then 'void'
            when written_off_at is not null then 'uncollectible'
        end as status,
        case status
            when 'void' then voided_at
            when 'uncollectible' then written_off_at
            when 'open' then coalesce(voided_at, written_off_at)
        end as lost_at
    from invoice_lines
    where status <> 'draft'

),

-- Without a stated day a line has been void, or given up, since its issue.
status_changes as (

    select
        invoice_line_id,
        written_off_at,
        case when paid_at < lost_at then 'paid' else status end as status,
        case
            when status = 'paid' or paid_at < lost_at then coalesce(paid_at, issued_at)
            when status <> 'open' then coalesce(lost_at, issued_at)
        end as changed_at,
        -- Paid, and voided or given up afterwards: what was paid has gone back.
        case when paid_at < lost_at then lost_at end as taken_back_at
    from last_statuses

),

-- What happens after the as-of day has not happened yet.
known_statuses as (

    select
        status_changes.invoice_line_id,
        case
            when status_changes.changed_at < run_settings.as_of_end_at then status_changes.status
            when status_changes.written_off_at < least(status_changes.changed_at, run_settings.as_of_end_at)
                then 'uncollectible'
            else 'open'
        end as status,
        case
            when status_changes.changed_at < run_settings.as_of_end_at then status_changes.changed_at
            when status_changes.written_off_at < least(status_changes.changed_at, run_settings.as_of_end_at)
                then status_changes.written_off_at
        end as changed_at,
        -- Given up, and paid or voided afterwards all the same.
        case
            when
                status_changes.written_off_at < status_changes.changed_at
                and status_changes.changed_at < run_settings.as_of_end_at
                then status_changes.written_off_at
        end as written_off_at,
        case when status_changes.taken_back_at < run_settings.as_of_end_at then status_changes.taken_back_at end
            as taken_back_at
    from status_changes
    cross join run_settings

)

select
    invoice_lines.invoice_line_id,
    invoice_lines.invoice_id,
    invoice_lines.customer_id,
    invoice_lines.subscription_id,
    invoice_lines.item_id,
    invoice_lines.plan_id,
    invoice_lines.kind,
    known_statuses.status,
    {{ month_start('known_statuses.changed_at') }} as status_month,
    case when known_statuses.status = 'paid' then cast(known_statuses.changed_at as date) end as paid_date,
    {{ month_start('known_statuses.written_off_at') }} as written_off_month,
    {{ month_start('coalesce(known_statuses.written_off_at, known_statuses.changed_at)') }} as first_status_month,
    {{ month_start('known_statuses.taken_back_at') }} as taken_back_month,
    cast(invoice_lines.issued_at as date) as issued_date,
    {{ month_start('invoice_lines.issued_at') }} as issued_month,
    cast(invoice_lines.period_start_at as date) as period_start_date,
    cast(invoice_lines.period_end_at as date) as period_end_date,
    -- Whole months of service that the line is for; one where its period is not stated.
    greatest(
        {{ whole_months(days_between(
            'cast(invoice_lines.period_start_at as date)', 'cast(invoice_lines.period_end_at as date)'
        )) }}, 1
    ) as period_months,
    case when {{ refunded_at }} < run_settings.as_of_end_at then {{ month_start(refunded_at) }} end as refunded_month,
    {%- for column in ['amount', 'discount_amount', 'tax_amount', 'refunded_amount', 'refunded_tax_amount'] %}
    {{ converted_amount('invoice_lines.' ~ column, 'exchange_rates.exchange_rate') }} as {{ column }}
    {%- if not loop.last %},{% endif %}
    {%- endfor %}
from invoice_lines
cross join run_settings
inner join known_statuses on invoice_lines.invoice_line_id = known_statuses.invoice_line_id
-- At the rate of the month of issue, so that what was invoiced and what was collected of it are the same money.
left join exchange_rates
    on
        invoice_lines.currency = exchange_rates.currency
        and {{ month_start('invoice_lines.issued_at') }}
        between exchange_rates.valid_from_month and exchange_rates.activity_month
