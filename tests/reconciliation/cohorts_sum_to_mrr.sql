-- In each dimension the cohorts of a month sum to the month's MRR and active customers, none left out.
with

monthly as (select * from {{ ref('mrr_monthly') }}),

dimensions as (

    select 'all' as cohort_dimension

    union distinct

    select cohort_dimension
    from {{ ref('cohort_retention') }}

),

cells as (

    select
        activity_month,
        cohort_dimension,
        sum(mrr_amount) as mrr_amount,
        sum(active_customer_count) as active_customer_count
    from {{ ref('cohort_retention') }}
    group by activity_month, cohort_dimension

)

select
    monthly.activity_month,
    dimensions.cohort_dimension,
    monthly.closing_mrr_amount,
    cells.mrr_amount
from monthly
cross join dimensions
left join cells
    on monthly.activity_month = cells.activity_month and dimensions.cohort_dimension = cells.cohort_dimension
where
    monthly.closing_mrr_amount <> coalesce(cells.mrr_amount, 0)
    or monthly.active_customer_count <> coalesce(cells.active_customer_count, 0)
