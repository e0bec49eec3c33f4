-- Grain: one row per customer and month (filter: with usage in its window): how many users and features.
with

uses as (select * from {{ ref('int_monthly_users_and_features') }}),

months as (select * from {{ ref('int_months') }}),

customers as (select * from {{ ref('stg_customers') }}),

backfills as (select * from {{ ref('int_backfill_loads') }}),

features as (select * from {{ ref('features') }}),

-- Each user and each feature once, point-in-time: only rows loaded by the month's end, or by a backfill.
known_uses as (

    select distinct
        customers.canonical_customer_id as customer_id,
        uses.activity_month,
        uses.user_id,
        uses.feature
    from uses
    inner join months
        on uses.activity_month = months.activity_month and uses.month_end_date = cast(months.month_end_at as date)
    inner join customers on uses.customer_id = customers.customer_id
    left join backfills
        on uses.late_loaded_date = backfills.loaded_date and backfills.input_name = 'usage_events'
    where uses.late_loaded_date is null or backfills.loaded_date is not null

)

select
    known_uses.customer_id,
    known_uses.activity_month,
    count(known_uses.user_id) as active_user_count,
    count(known_uses.feature) as feature_count,
    sum(case when features.is_personalisation then 1 else 0 end) as personalisation_count
from known_uses
left join features on known_uses.feature = features.feature
group by known_uses.customer_id, known_uses.activity_month
