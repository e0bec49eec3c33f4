-- Grain: one row per question sent, answered or not.
with

responses as (select * from {{ ref('int_nps_responses') }})

select
    response_id,
    customer_id,
    user_id,
    sent_at,
    responded_at,
    score,
    nps_category,
    plan_name,
    country,
    customer_size,
    segment_name,
    score is not null as has_answer,
    score is not null
    and row_number() over (
        partition by person_id
        order by case when score is null then 1 else 0 end asc, responded_at desc, response_id desc
    ) = 1 as is_latest_of_person
from responses
