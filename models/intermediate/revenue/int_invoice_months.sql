-- Grain: one row per month in which a line was issued, paid or refunded.
with

invoice_lines as (select * from {{ ref('int_invoice_lines') }}),

line_events as (

    select
        issued_month as activity_month,
        'issued' as line_event,
        kind,
        case when status = 'paid' and paid_month <> issued_month then 'paid_in_another_month' else status end as status,
        amount,
        tax_amount,
        amount + tax_amount as total_amount
    from invoice_lines

    union all

    select
        paid_month as activity_month,
        'paid' as line_event,
        kind,
        case when paid_month <> issued_month then 'paid_in_another_month' else status end as status,
        amount,
        tax_amount,
        amount + tax_amount as total_amount
    from invoice_lines
    where status = 'paid'

    union all

    select
        refunded_month as activity_month,
        'refunded' as line_event,
        kind,
        status,
        refunded_amount as amount,
        0 as tax_amount,
        refunded_amount as total_amount
    from invoice_lines
    where refunded_month is not null

)

select
    activity_month,
    sum(case when line_event = 'issued' and kind = 'recurring' then amount else 0 end) as recurring_amount,
    sum(case when line_event = 'issued' and kind = 'proration' then amount else 0 end) as proration_amount,
    sum(case when line_event = 'issued' and kind = 'one_off' then amount else 0 end) as one_off_amount,
    sum(case when line_event = 'issued' and kind = 'usage' then amount else 0 end) as usage_amount,
    sum(case when line_event = 'issued' and kind = 'credit' then amount else 0 end) as credit_amount,
    sum(case when line_event = 'issued' then tax_amount else 0 end) as tax_amount,
    sum(case when line_event = 'issued' then total_amount else 0 end) as invoiced_amount,
    -sum(case when line_event = 'issued' and status = 'void' then total_amount else 0 end) as void_amount,
    -sum(case when line_event = 'issued' and status = 'uncollectible' then total_amount else 0 end)
        as uncollectible_amount,
    -sum(case when line_event = 'issued' and status = 'open' then total_amount else 0 end) as open_amount,
    -sum(case when line_event = 'issued' and status = 'paid_in_another_month' then total_amount else 0 end)
        as paid_in_another_month_amount,
    sum(case when line_event = 'paid' and status = 'paid_in_another_month' then total_amount else 0 end)
        as issued_in_another_month_amount,
    sum(case when line_event = 'paid' then total_amount else 0 end) as collected_amount,
    -sum(case when line_event = 'refunded' then total_amount else 0 end) as refunded_amount
from line_events
group by activity_month
