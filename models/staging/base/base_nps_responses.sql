-- Grain: one row per row of the input nps_responses, valid or rejected, with the reason why it is rejected.
with

responses as (select * from {{ received('nps_responses') }} as received_rows),

customers as (select * from {{ ref('stg_customers') }}),

users as (select * from {{ ref('stg_users') }}),

user_counts as (

    select count(*) as user_count
    from users

)

select
    {{ input_columns('nps_responses', 'responses') }},
    customers.canonical_customer_id,
    responses.is_folded,
    case
        when responses.unreadable_value is not null then 'unreadable_value'
        when responses.response_id is null then 'missing_response_id'
        when responses.customer_id is null then 'missing_customer_id'
        when responses.loaded_at is null then 'missing_loaded_at'
        when responses.score < 0 or responses.score > 10 or responses.score <> floor(responses.score)
            then 'invalid_nps_score'
        when customers.is_internal then 'internal_customer'
        when customers.customer_id is null then 'unknown_customer'
        when responses.user_id is not null and users.user_id is null and user_counts.user_count > 0 then 'unknown_user'
        when responses.responded_at < responses.sent_at then 'end_before_start'
        when greatest(responses.sent_at, responses.responded_at) > responses.loaded_at then 'dated_after_loaded_at'
        when least(responses.sent_at, responses.responded_at, responses.loaded_at) < {{ earliest_at() }}
            then 'dated_before_earliest'
    end as reject_reason
from responses
cross join user_counts
left join customers on responses.customer_id = customers.customer_id
left join users on responses.user_id = users.user_id
