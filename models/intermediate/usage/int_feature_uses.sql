-- Grain: one row per customer and feature that it has used; feature is null where its events name none.
-- Usage days are read where they are needed, not once at the top: engines would keep a copy of them all.
with

customers as (select * from {{ ref('stg_customers') }}),

starts as (select * from {{ ref('int_customers') }}),

backfills as (select * from {{ ref('int_backfill_loads') }}),

known_usage as (

    select
        customers.canonical_customer_id as customer_id,
        usage_days.feature,
        usage_days.user_id,
        usage_days.activity_date,
        {{ known_date('usage_days.first_loaded_date', 'usage_days.activity_date') }} as known_date,
        {{ days_between('starts.started_date', 'usage_days.activity_date') }}
        < {{ var('onboarding_days') }} as is_onboarding
    from {{ ref('int_usage_days') }} as usage_days
    inner join customers on usage_days.customer_id = customers.customer_id
    left join starts on customers.canonical_customer_id = starts.customer_id
    left join backfills
        on usage_days.first_loaded_date = backfills.loaded_date and backfills.input_name = 'usage_events'
    where usage_days.event_count > 0

)

select
    customer_id,
    feature,
    min(activity_date) as first_used_date,
    min(known_date) as known_date,
    min(case when user_id is not null then known_date end) as user_known_date,
    min(case when is_onboarding then known_date end) as onboarding_known_date
from known_usage
group by customer_id, feature
