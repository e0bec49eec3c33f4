-- Every customer has a lifetime value; segments sum to all in each dimension; this month is the last of the history.
with

customer_ltv as (select * from {{ ref('customer_ltv') }}),

customers as (select * from {{ ref('customers') }}),

segments as (

    select
        cohort_dimension,
        sum(customer_count) as customer_count,
        coalesce(sum(total_ltv_amount), 0) as ltv_amount
    from {{ ref('ltv_by_segment') }}
    group by cohort_dimension

),

everyone as (

    select
        count(*) as customer_count,
        coalesce(sum(customer_ltv.ltv_amount), 0) as ltv_amount,
        coalesce(sum(case when customers.cohort_month is not null then customer_ltv.ltv_amount end), 0)
            as subscribed_ltv_amount
    from customer_ltv
    inner join customers on customer_ltv.customer_id = customers.customer_id
    where customers.cohort_month is not null or customer_ltv.ltv_method = 'purchase_model'

),

-- At least all together.
dimensions as (

    select 'all' as cohort_dimension

    union distinct

    select cohort_dimension
    from segments

),

this_month as (

    select coalesce(sum(ltv_amount * customer_count), 0) as ltv_amount
    from {{ ref('ltv_monthly') }}
    where activity_month = (select max(newest.activity_month) from {{ ref('ltv_monthly') }} as newest)

)

select
    'dimension ' || dimensions.cohort_dimension as broken_rule,
    coalesce(segments.customer_count, 0) - everyone.customer_count as customer_difference_count,
    coalesce(segments.ltv_amount, 0) - everyone.ltv_amount as difference_amount
from dimensions
cross join everyone
left join segments on dimensions.cohort_dimension = segments.cohort_dimension
where
    coalesce(segments.customer_count, 0) <> everyone.customer_count
    or coalesce(segments.ltv_amount, 0) <> everyone.ltv_amount

union all

select
    'this month' as broken_rule,
    0 as customer_difference_count,
    this_month.ltv_amount - everyone.subscribed_ltv_amount as difference_amount
from this_month
cross join everyone
where abs(this_month.ltv_amount - everyone.subscribed_ltv_amount) > 0.01

union all

select
    'customer without a lifetime value' as broken_rule,
    1 as customer_difference_count,
    0 as difference_amount
from customers
full outer join customer_ltv on customers.customer_id = customer_ltv.customer_id
where customers.customer_id is null or customer_ltv.customer_id is null
