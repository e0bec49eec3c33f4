-- Grain: one row per customer and month, from its first usage bill on: usage revenue as a monthly run rate.
{%- set used_month = add_months(month_start('usage_lines.first_date'), 'numbers.n - 1') %}
{%- set next_month = add_months(month_start('usage_lines.first_date'), 'numbers.n') %}
with

invoice_lines as (select * from {{ ref('int_invoice_lines') }}),

months as (select * from {{ ref('int_months') }}),

periods as (select * from {{ ref('int_subscription_periods') }}),

numbers as (

    {{ numbers(120) }}

),

-- Where no period is stated, a line bills the month before its issue.
usage_lines as (

    select
        customer_id,
        issued_date,
        amount,
        case
            when period_end_date > period_start_date then period_start_date else {{ add_months('issued_month', -1) }}
        end as first_date,
        case when period_end_date > period_start_date then period_end_date else issued_month end as end_date
    from invoice_lines
    where kind = 'usage' and status <> 'void'

),

-- Spread by days over the months of the period.
month_amounts as (

    select
        usage_lines.customer_id,
        usage_lines.issued_date,
        {{ used_month }} as used_month,
        {{ rate(
            'usage_lines.amount * ' ~ days_between(
                'greatest(usage_lines.first_date, ' ~ used_month ~ ')',
                'least(usage_lines.end_date, ' ~ next_month ~ ')'
            ),
            days_between('usage_lines.first_date', 'usage_lines.end_date')
        ) }} as used_amount
    from usage_lines
    inner join numbers on {{ used_month }} < usage_lines.end_date

),

-- What was billed by a month's end. The running month is not complete, nor is one whose usage is not billed to its end.
known_bills as (

    select
        usage_lines.customer_id,
        months.activity_month,
        cast(months.month_end_at as date) as month_end_date,
        min(usage_lines.first_date) as first_date,
        -- Usage is paid for under an item in force, at whatever price: a bill after the last one serves nobody.
        max(case when usage_lines.amount > 0 and periods.is_running then usage_lines.issued_date end)
            as last_issued_date,
        {{ add_months(
            month_start('cast(months.month_end_at as date)'),
            'case when ' ~ month_start('cast(months.month_end_at as date)')
            ~ ' <= cast(' ~ dbt.dateadd('day', 1, 'max(usage_lines.end_date)') ~ ' as date) then -1 else -2 end'
        ) }} as last_month
    from usage_lines
    inner join months on usage_lines.issued_date < cast(months.month_end_at as date)
    left join periods
        on
            usage_lines.customer_id = periods.customer_id
            and months.month_end_at > periods.valid_from
            and coalesce(months.month_end_at <= periods.valid_to, true)
    group by usage_lines.customer_id, months.activity_month, months.month_end_at

),

-- The trailing three complete months, or as many as there are since the first usage; the first month counts in part.
averaged_months as (

    select
        customer_id,
        activity_month,
        month_end_date,
        last_issued_date,
        greatest({{ add_months('last_month', -2) }}, {{ month_start('first_date') }}) as from_month,
        greatest(last_month, {{ month_start('first_date') }}) as last_month,
        case
            when {{ add_months('last_month', -2) }} > first_date then 0
            else cast({{ days_between(month_start('first_date'), 'first_date') }} as {{ type_double() }})
                / {{ days_between(month_start('first_date'), add_months(month_start('first_date'), 1)) }}
        end as unused_share
    from known_bills

)

select
    averaged_months.customer_id,
    averaged_months.activity_month,
    cast({{ rate(
        'coalesce(sum(month_amounts.used_amount), 0)',
        months_between('averaged_months.from_month', 'averaged_months.last_month')
        ~ ' + 1 - averaged_months.unused_share'
    ) }} as {{ type_amount() }}) as usage_mrr_amount,
    coalesce(
        averaged_months.last_issued_date >= {{ add_months('averaged_months.month_end_date', -2) }}, false
    ) as is_usage_billed
from averaged_months
left join month_amounts
    on
        averaged_months.customer_id = month_amounts.customer_id
        and averaged_months.month_end_date > month_amounts.issued_date
        and averaged_months.from_month <= month_amounts.used_month
        and averaged_months.last_month >= month_amounts.used_month
group by
    averaged_months.customer_id, averaged_months.activity_month, averaged_months.month_end_date,
    averaged_months.last_issued_date, averaged_months.from_month, averaged_months.last_month,
    averaged_months.unused_share
