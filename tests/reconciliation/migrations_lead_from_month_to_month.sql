-- A month's closing customers and MRR are what moved into its segments, and the opening of the next month.
with

customer_months as (

    select
        activity_month,
        count(*) as customer_count,
        sum(mrr_amount) as mrr_amount
    from {{ ref('customer_months') }}
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
    moves.activity_month,
    moves.opening_count - opening_months.customer_count as opening_difference,
    moves.closing_count - closing_months.customer_count as closing_difference
from moves
left join customer_months as closing_months on moves.activity_month = closing_months.activity_month
left join customer_months as opening_months
    on moves.activity_month = {{ add_months('opening_months.activity_month', 1) }}
where
    moves.opening_count <> coalesce(opening_months.customer_count, 0)
    or moves.closing_count <> coalesce(closing_months.customer_count, 0)
    or moves.opening_mrr_amount <> coalesce(opening_months.mrr_amount, 0)
    or moves.closing_mrr_amount <> coalesce(closing_months.mrr_amount, 0)
