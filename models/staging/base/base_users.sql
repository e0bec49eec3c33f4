-- Grain: one row per row of the input users, valid or rejected, with the reason why it is rejected.
with

users as (select * from {{ received('users') }} as received_rows),

customers as (select * from {{ ref('stg_customers') }})

select
    {{ input_columns('users') }},
    customers.canonical_customer_id,
    users.is_folded,
    case
        when users.unreadable_value is not null then 'unreadable_value'
        when users.user_id is null then 'missing_user_id'
        when users.customer_id is null then 'missing_customer_id'
        when users.loaded_at is null then 'missing_loaded_at'
        when customers.is_internal then 'internal_customer'
        when customers.customer_id is null then 'unknown_customer'
        when users.deactivated_at < users.created_at then 'end_before_start'
        when greatest(users.created_at, users.deactivated_at) > users.loaded_at then 'dated_after_loaded_at'
        when least(users.created_at, users.deactivated_at, users.loaded_at) < {{ earliest_at() }}
            then 'dated_before_earliest'
    end as reject_reason
from users
left join customers on users.customer_id = customers.customer_id
