-- Grain: one row per customer and month (filter: with usage in its window or in the one before): users and features.
-- An incremental run derives the months whose usage may have changed. Usage days are too many for an import CTE.
{{ config(on_schema_change='fail', **increments('activity_month')) }}
with

months as (

    {{ changed_months() }}

),

windows as (select * from {{ ref('int_usage_windows') }}),

customers as (select * from {{ ref('stg_customers') }}),

backfills as (select * from {{ ref('int_backfill_loads') }}),

features as (select * from {{ ref('features') }}),

numbers as (

    {{ numbers(2) }}

),

-- With the month before: who used the product then may not have come back.
read_months as (

    select distinct windows.activity_month
    from windows
    inner join months
        on windows.activity_month in (months.activity_month, {{ add_months('months.activity_month', -1) }})

),

-- Point-in-time: only rows loaded by the month's end, or by a backfill. Each twice, for its user and for its feature.
known_usage as (

    select
        customers.canonical_customer_id as customer_id,
        windows.activity_month,
        case when numbers.n = 1 then usage_days.user_id end as user_id,
        case when numbers.n = 2 then usage_days.feature end as feature,
        usage_days.event_count
    from {{ ref('int_usage_days') }} as usage_days
    inner join windows on usage_days.activity_date = windows.activity_date and windows.is_latest
    inner join read_months on windows.activity_month = read_months.activity_month
    inner join customers on usage_days.customer_id = customers.customer_id
    left join backfills
        on usage_days.first_loaded_date = backfills.loaded_date and backfills.input_name = 'usage_events'
    cross join numbers
    where
        usage_days.event_count > 0
        and (usage_days.first_loaded_date < windows.month_end_date or backfills.loaded_date is not null)

),

uses as (

    select
        customer_id,
        activity_month,
        user_id,
        feature,
        sum(event_count) as event_count
    from known_usage
    where user_id is not null or feature is not null
    group by customer_id, activity_month, user_id, feature

),

counts as (

    select
        uses.customer_id,
        uses.activity_month,
        count(uses.user_id) as active_user_count,
        count(uses.feature) as feature_count,
        sum(case when features.is_personalisation then 1 else 0 end) as personalisation_count,
        0 as earlier_event_count,
        0 as gone_event_count
    from uses
    left join features on uses.feature = features.feature
    group by uses.customer_id, uses.activity_month

    union all

    -- What users did in the window of the month before, and whether they have used the product since.
    select
        earlier.customer_id,
        {{ add_months('earlier.activity_month', 1) }} as activity_month,
        0 as active_user_count,
        0 as feature_count,
        0 as personalisation_count,
        sum(earlier.event_count) as earlier_event_count,
        max(case when later.user_id is null then earlier.event_count else 0 end) as gone_event_count
    from uses as earlier
    left join uses as later
        on
            earlier.customer_id = later.customer_id
            and earlier.user_id = later.user_id
            and {{ add_months('earlier.activity_month', 1) }} = later.activity_month
    where earlier.user_id is not null
    group by earlier.customer_id, earlier.activity_month

)

-- A month without uses keeps one row of nulls, so that its build is recorded.
select
    months.activity_month,
    months.month_build,
    counts.customer_id,
    sum(counts.active_user_count) as active_user_count,
    sum(counts.feature_count) as feature_count,
    sum(counts.personalisation_count) as personalisation_count,
    sum(counts.earlier_event_count) as earlier_event_count,
    sum(counts.gone_event_count) as gone_event_count
from months
left join counts on months.activity_month = counts.activity_month
group by months.activity_month, months.month_build, counts.customer_id
