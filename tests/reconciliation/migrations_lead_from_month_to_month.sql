-- A month's closing customers and MRR are what moved into its segments, and the opening of the next month. Months:
-- those whose lifetime value, and so whose segments, are known, but for the first of them in which a customer is in
-- service: of what came before nothing is.
with

first_active_month as (

    select min(activity_month) as activity_month
    from {{ ref('int_customer_months') }}
    where is_active

),

months as (

    select valued_months.activity_month
    from {{ ref('ltv_monthly') }} as valued_months
    inner join first_active_month on valued_months.activity_month > first_active_month.activity_month
    inner join {{ ref('ltv_monthly') }} as previous_months
        on valued_months.activity_month = {{ add_months('previous_months.activity_month', 1) }}

),

customer_months as (

    select
        activity_month,
        count(*) as customer_count,
        sum(mrr_amount) as mrr_amount
    from {{ ref('int_customer_months') }}
    where is_active
    group by activity_month

),

migrations as (select * from {{ ref('segment_migrations') }}),

moves as (

    select
        activity_month,
        sum(case when from_segment_name = 'none' then 0 else customer_count end) as opening_count,
        sum(case when to_segment_name = 'none' then 0 else customer_count end) as closing_count,
        sum(opening_mrr_amount) as opening_mrr_amount,
        sum(closing_mrr_amount) as closing_mrr_amount
    from migrations
    group by activity_month

)

select
    coalesce(months.activity_month, moves.activity_month) as activity_month,
    coalesce(moves.opening_count, 0) - coalesce(opening_months.customer_count, 0) as opening_difference,
    coalesce(moves.closing_count, 0) - coalesce(closing_months.customer_count, 0) as closing_difference
from months
full outer join moves on months.activity_month = moves.activity_month
left join customer_months as closing_months on months.activity_month = closing_months.activity_month
left join customer_months as opening_months
    on months.activity_month = {{ add_months('opening_months.activity_month', 1) }}
where
    months.activity_month is null
    or coalesce(moves.opening_count, 0) <> coalesce(opening_months.customer_count, 0)
    or coalesce(moves.closing_count, 0) <> coalesce(closing_months.customer_count, 0)
    or coalesce(moves.opening_mrr_amount, 0) <> coalesce(opening_months.mrr_amount, 0)
    or coalesce(moves.closing_mrr_amount, 0) <> coalesce(closing_months.mrr_amount, 0)
