-- Grain: one row per customer and month (filter: months with a payment or a refund, or an estimated one).
{%- set month_number = months_between('spells.started_date', 'service_months.activity_month') %}
{%- set month_later = add_months('spells.started_date', month_number ~ ' + 1') %}
{%- set overdue_at = dbt.dateadd('day', var('payment_due_days'), month_later) %}
with

invoice_events as (select * from {{ ref('int_invoice_events') }}),

service_months as (select * from {{ ref('int_service_months') }}),

spells as (select * from {{ ref('int_service_spells') }}),

run_settings as (select * from {{ ref('run_settings') }}),

subscription_lines as (

    select
        customer_id,
        period_start_date,
        -- A line covers the months whose last day is in its period, as MRR is that of a month's last day.
        {{ months_between('period_start_date', dbt.dateadd('day', 1, 'period_end_date')) }} as covered_month_count,
        case when period_end_date > period_start_date then null else issued_month end as issued_month
    from {{ ref('int_invoice_lines') }}
    where kind in ('recurring', 'proration')

),

-- Lines without a period say only between which months a customer was billed.
billed_customers as (

    select
        customer_id,
        {{ add_months('min(issued_month)', -1) }} as first_month,
        max(issued_month) as last_month
    from subscription_lines
    group by customer_id

),

covered_months as (

    select distinct
        subscription_lines.customer_id,
        {{ add_months(month_start('subscription_lines.period_start_date'), 'numbers.n - 1') }} as activity_month
    from ({{ numbers(120) }}) as numbers
    inner join subscription_lines on numbers.n <= subscription_lines.covered_month_count

),

billing_periods as (

    select
        service_months.customer_id,
        service_months.activity_month,
        service_months.mrr_amount,
        service_months.billing_months,
        {{ add_months('spells.started_date', month_number) }} as due_date,
        cast({{ overdue_at }} as date) as overdue_date
    from service_months
    inner join spells
        on service_months.customer_id = spells.customer_id and service_months.spell_number = spells.spell_number
    where
        service_months.mrr_amount > 0
        and mod({{ month_number }}, service_months.billing_months) = 0

),

movements as (

    select
        customer_id,
        activity_month,
        case when line_event = 'paid' then amount else 0 end as collected_amount,
        case when line_event = 'refunded' then -amount else 0 end as refunded_amount,
        0 as estimated_amount
    from invoice_events
    where line_event in ('paid', 'refunded') and amount <> 0

    union all

    -- Each month of a billing period that no line covers is estimated, in the month in which the period falls due.
    select
        billing_periods.customer_id,
        billing_periods.activity_month,
        billing_periods.mrr_amount as collected_amount,
        0 as refunded_amount,
        billing_periods.mrr_amount as estimated_amount
    from ({{ numbers(120) }}) as numbers
    cross join run_settings
    inner join billing_periods on numbers.n <= billing_periods.billing_months
    left join billed_customers on billing_periods.customer_id = billed_customers.customer_id
    left join covered_months
        on
            billing_periods.customer_id = covered_months.customer_id
            and {{ add_months('billing_periods.activity_month', 'numbers.n - 1') }} = covered_months.activity_month
    where
        covered_months.customer_id is null
        and coalesce(
            {{ add_months('billing_periods.activity_month', 'numbers.n - 1') }}
            not between billed_customers.first_month
            and {{ add_months('billed_customers.last_month', 'billing_periods.billing_months') }}, true
        )
        and case
            when billed_customers.customer_id is null then billing_periods.due_date
            else billing_periods.overdue_date
        end <= run_settings.as_of_date

)

select
    customer_id,
    activity_month,
    cast(sum(collected_amount) as {{ type_amount() }}) as collected_amount,
    cast(sum(refunded_amount) as {{ type_amount() }}) as refunded_amount,
    cast(sum(estimated_amount) as {{ type_amount() }}) as estimated_amount
from movements
group by customer_id, activity_month
