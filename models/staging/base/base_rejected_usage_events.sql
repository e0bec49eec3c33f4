-- Grain: one row per row of the input usage_events (filter: rejected), with the reason why it is rejected.
-- A user can only be unknown to a company that lists its users.
with

events as (select * from {{ received('usage_events') }} as received_rows),

customers as (select * from {{ ref('stg_customers') }}),

users as (select * from {{ ref('stg_users') }}),

user_counts as (

    select count(*) as user_count
    from users

),

reasoned_events as (

    select
        {{ input_columns('usage_events', 'events') }},
        case
            when events.unreadable_value is not null then 'unreadable_value'
            when events.event_id is null then 'missing_event_id'
            when events.customer_id is null then 'missing_customer_id'
            when events.occurred_at is null then 'missing_occurred_at'
            when events.loaded_at is null then 'missing_loaded_at'
            when greatest(abs(events.quantity), abs(events.event_count)) >= {{ var('number_limit') }}
                then 'number_out_of_range'
            when events.quantity < 0 then 'negative_quantity'
            when events.event_count < 1 or events.event_count <> floor(events.event_count) then 'invalid_event_count'
            when customers.is_internal then 'internal_customer'
            when customers.customer_id is null then 'unknown_customer'
            when events.user_id is not null and users.user_id is null and user_counts.user_count > 0 then 'unknown_user'
            when events.occurred_at > events.loaded_at then 'dated_after_loaded_at'
            when least(events.occurred_at, events.loaded_at) < {{ earliest_at() }} then 'dated_before_earliest'
        end as reject_reason
    from events
    cross join user_counts
    left join customers on events.customer_id = customers.customer_id
    left join users on events.user_id = users.user_id

)

select
    {{ input_columns('usage_events', 'reasoned_events') }},
    reasoned_events.reject_reason
from reasoned_events
where reasoned_events.reject_reason is not null
