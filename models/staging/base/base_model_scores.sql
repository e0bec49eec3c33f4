-- Grain: one row per row of the input model_scores, valid or rejected, with the reason why it is rejected.
with

model_scores as (select * from {{ received('model_scores') }} as received_rows),

customers as (select * from {{ ref('stg_customers') }})

select
    {{ input_columns('model_scores') }},
    customers.canonical_customer_id,
    model_scores.is_folded,
    case
        when model_scores.unreadable_value is not null then 'unreadable_value'
        when model_scores.model_name is null then 'missing_model_name'
        when model_scores.customer_id is null then 'missing_customer_id'
        when model_scores.scored_on is null then 'missing_scored_on'
        when model_scores.churn_probability is null then 'missing_churn_probability'
        when model_scores.loaded_at is null then 'missing_loaded_at'
        when model_scores.churn_probability < 0 or model_scores.churn_probability > 1
            then 'churn_probability_out_of_range'
        when customers.is_internal then 'internal_customer'
        when customers.customer_id is null then 'unknown_customer'
        when model_scores.scored_on > model_scores.loaded_at then 'dated_after_loaded_at'
        when least(model_scores.scored_on, model_scores.loaded_at) < {{ earliest_at() }} then 'dated_before_earliest'
    end as reject_reason
from model_scores
left join customers on model_scores.customer_id = customers.customer_id
