-- Grain: one row per row of the input actions, valid or rejected, with the reason why it is rejected.
with

actions as (select * from {{ received('actions') }} as received_rows),

customers as (select * from {{ ref('stg_customers') }})

select
    {{ input_columns('actions') }},
    customers.canonical_customer_id,
    actions.is_folded,
    case
        when actions.unreadable_value is not null then 'unreadable_value'
        when actions.customer_id is null then 'missing_customer_id'
        when actions.play is null then 'missing_play'
        when actions.done_on is null then 'missing_done_on'
        when actions.loaded_at is null then 'missing_loaded_at'
        when customers.is_internal then 'internal_customer'
        when customers.customer_id is null then 'unknown_customer'
        when actions.done_on > actions.loaded_at then 'dated_after_loaded_at'
        when least(actions.done_on, actions.loaded_at) < {{ earliest_at() }} then 'dated_before_earliest'
    end as reject_reason
from actions
left join customers on actions.customer_id = customers.customer_id
