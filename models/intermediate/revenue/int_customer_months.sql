-- Grain: one row per customer and month, from the customer's first subscription to the as-of day.
{%- set is_paying = '(mrr_amount > 0 or is_usage_billed)' %}
{#- What is taken over was paid until then: its cohort begins with the handover, free though it be. #}
{%- set cohort_month = 'min(case when ' ~ is_paying ~ ' or is_taken_over then activity_month end)'
    ~ ' over (partition by customer_id)' %}
{%- set unpaid_months = 'partition by customer_id, paid_month_count order by activity_month asc' %}
{%- set pause_began_at = 'coalesce(max(case when not is_active then new_paused_at end) over (' ~ unpaid_months ~ '), '
    ~ 'min(case when not is_active then paused_at end) over (' ~ unpaid_months ~ '))' %}
with

customers as (select * from {{ ref('int_customers') }}),

item_months as (select * from {{ ref('int_subscription_item_months') }}),

months as (select * from {{ ref('int_months') }}),

usage_months as (select * from {{ ref('int_usage_revenue_months') }}),

-- Without an invoice line it is not known what usage a customer is billed.
billed_customers as (
    select
        customer_id,
        min(issued_date) as first_issued_date
    from {{ ref('int_invoice_lines') }}
    group by customer_id
),

levels as (

    select
        customers.customer_id,
        months.activity_month,
        months.month_end_at,
        months.is_partial_month,
        coalesce(sum(item_months.mrr_amount), 0) as mrr_amount,
        coalesce(sum(item_months.mrr_list_amount), 0) as mrr_list_amount,
        coalesce(sum(item_months.mrr_at_opening_rate_amount), 0) as mrr_at_opening_rate_amount,
        coalesce(sum(item_months.mrr_at_year_ago_rate_amount), 0) as mrr_at_year_ago_rate_amount,
        max(item_months.paused_at) as paused_at,
        max(case when not item_months.continues_pause then item_months.paused_at end) as new_paused_at,
        max(case when item_months.is_in_service then 1 else 0 end) = 1 as is_in_service,
        max(case when item_months.has_returned then 1 else 0 end) = 1 as has_returned,
        coalesce(
            usage_months.usage_mrr_amount,
            case when billed_customers.first_issued_date < cast(months.month_end_at as date) then 0 end
        ) as usage_mrr_amount,
        coalesce(usage_months.is_usage_billed, false) as is_usage_billed,
        max(case when item_months.is_taken_over then 1 else 0 end) = 1 as is_taken_over
    from customers
    -- From the month of the customer's first subscription: a month that ends before it shows nothing.
    inner join months on {{ month_start('customers.started_date') }} <= months.activity_month
    left join item_months
        on customers.customer_id = item_months.customer_id and months.activity_month = item_months.activity_month
    left join usage_months
        on customers.customer_id = usage_months.customer_id and months.activity_month = usage_months.activity_month
    left join billed_customers on customers.customer_id = billed_customers.customer_id
    group by
        customers.customer_id, months.activity_month, months.month_end_at, months.is_partial_month,
        usage_months.usage_mrr_amount, usage_months.is_usage_billed, billed_customers.first_issued_date

),

paid_stretches as (

    select
        customer_id,
        activity_month,
        is_partial_month,
        mrr_amount,
        mrr_list_amount,
        mrr_at_opening_rate_amount,
        mrr_at_year_ago_rate_amount,
        has_returned,
        usage_mrr_amount,
        is_usage_billed,
        -- What no month end has seen paid yet belongs to no cohort. Usage that is billed pays as MRR does.
        {{ is_paying }}
        or (is_in_service and coalesce({{ cohort_month }} <= activity_month, false)) as is_active,
        case when paused_at = new_paused_at then paused_at end as new_paused_at,
        paused_at,
        month_end_at,
        {{ cohort_month }} as cohort_month,
        -- Numbers the paid months: what follows one without payment carries its number.
        sum(case when {{ is_paying }} then 1 else 0 end) over (
            partition by customer_id order by activity_month asc
        ) as paid_month_count
    from levels

)

select
    customer_id,
    activity_month,
    is_partial_month,
    mrr_amount,
    mrr_list_amount,
    mrr_at_opening_rate_amount,
    mrr_at_year_ago_rate_amount,
    is_active,
    has_returned,
    usage_mrr_amount,
    is_usage_billed,
    paid_month_count,
    case when cohort_month <= activity_month then cohort_month end as cohort_month,
    -- Paused: has paid, and a pause was in force ever since the last paid month, not for too many days by the month's
    -- end or that of the as-of day. It counts from its latest beginning, whatever plan it is of by now.
    not is_active
    and paid_month_count > 0
    and sum(case when is_active or paused_at is not null then 0 else 1 end) over ({{ unpaid_months }}) = 0
    and month_end_at <= {{ dbt.dateadd('day', var('pause_churn_days'), pause_began_at) }} as is_paused,
    -- What a customer paid last, for the pause that ends in churn.
    max(mrr_amount) over (partition by customer_id, paid_month_count) as last_paid_mrr_amount
from paid_stretches
