-- Grain: one row per month: money collected, less refunds, from customers that have paid for a subscription.
with

cohorts as (select * from {{ ref('int_customer_cohorts') }}),

collections as (select * from {{ ref('int_customer_collections') }})

-- What a customer paid before its cohort month counts from then on.
select
    greatest(collections.activity_month, cohorts.cohort_month) as activity_month,
    sum(collections.collected_amount) - sum(collections.refunded_amount) as collected_amount
from collections
inner join cohorts on collections.customer_id = cohorts.customer_id
group by greatest(collections.activity_month, cohorts.cohort_month)
