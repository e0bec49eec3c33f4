-- Grain: one row per customer and month (filter: with usage in its window or in the one before): users and features.
with

uses as (select * from {{ ref('int_monthly_users_and_features') }}),

months as (select * from {{ ref('int_months') }}),

customers as (select * from {{ ref('stg_customers') }}),

backfills as (select * from {{ ref('int_backfill_loads') }}),

features as (select * from {{ ref('features') }}),

-- Each user and each feature once, point-in-time: only rows loaded by the month's end, or by a backfill.
known_uses as (

    select
        customers.canonical_customer_id as customer_id,
        uses.activity_month,
        uses.user_id,
        uses.feature,
        sum(uses.event_count) as event_count
    from uses
    inner join months
        on uses.activity_month = months.activity_month and uses.month_end_date = cast(months.month_end_at as date)
    inner join customers on uses.customer_id = customers.customer_id
    left join backfills
        on uses.late_loaded_date = backfills.loaded_date and backfills.input_name = 'usage_events'
    where uses.late_loaded_date is null or backfills.loaded_date is not null
    group by customers.canonical_customer_id, uses.activity_month, uses.user_id, uses.feature

),

-- What users did in the window of the month before, and whether they have used the product since.
earlier_uses as (

    select
        earlier.customer_id,
        {{ add_months('earlier.activity_month', 1) }} as activity_month,
        earlier.event_count,
        case when later.user_id is null then earlier.event_count else 0 end as gone_event_count
    from known_uses as earlier
    left join known_uses as later
        on
            earlier.customer_id = later.customer_id
            and earlier.user_id = later.user_id
            and {{ add_months('earlier.activity_month', 1) }} = later.activity_month
    where earlier.user_id is not null

),

counts as (

    select
        known_uses.customer_id,
        known_uses.activity_month,
        count(known_uses.user_id) as active_user_count,
        count(known_uses.feature) as feature_count,
        sum(case when features.is_personalisation then 1 else 0 end) as personalisation_count,
        0 as earlier_event_count,
        0 as gone_event_count
    from known_uses
    left join features on known_uses.feature = features.feature
    group by known_uses.customer_id, known_uses.activity_month

    union all

    select
        earlier_uses.customer_id,
        earlier_uses.activity_month,
        0 as active_user_count,
        0 as feature_count,
        0 as personalisation_count,
        sum(earlier_uses.event_count) as earlier_event_count,
        max(earlier_uses.gone_event_count) as gone_event_count
    from earlier_uses
    inner join months on earlier_uses.activity_month = months.activity_month
    group by earlier_uses.customer_id, earlier_uses.activity_month

)

select
    customer_id,
    activity_month,
    sum(active_user_count) as active_user_count,
    sum(feature_count) as feature_count,
    sum(personalisation_count) as personalisation_count,
    sum(earlier_event_count) as earlier_event_count,
    sum(gone_event_count) as gone_event_count
from counts
group by customer_id, activity_month
