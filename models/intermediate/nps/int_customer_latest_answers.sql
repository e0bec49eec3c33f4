-- Grain: one row per customer of whom anybody has answered how likely it is to recommend the product.
with

responses as (select * from {{ ref('int_nps_responses') }}),

ranked_answers as (

    select
        customer_id,
        score,
        responded_at,
        row_number() over (partition by customer_id order by responded_at desc, response_id desc) as recency
    from responses
    where score is not null

)

select
    customer_id,
    score,
    responded_at
from ranked_answers
where recency = 1
