-- Grain: one row per row of the plain table surveys.
-- An answer without an id has one made of its row. Equal rows of one load are as many answers; the same row in a later
-- load is the same answer.
{{ config(materialized='view', enabled='plain_nps_responses' in var('connectors') | string) }}
with

surveys as (select * from {{ source('plain', 'surveys') }})

select
    coalesce(
        response_id,
        coalesce(customer_id, '') || '|' || coalesce(user_id, '')
        || '|' || coalesce(cast(coalesce(responded_at, sent_at) as {{ dbt.type_string() }}), '')
        || '|' || coalesce(cast(cast(score as {{ dbt.type_bigint() }}) as {{ dbt.type_string() }}), '')
        || '|' || cast(row_number() over (
            partition by customer_id, user_id, coalesce(responded_at, sent_at), score, loaded_at order by unreadable_value asc
        ) as {{ dbt.type_string() }})
    ) as response_id,
    customer_id,
    user_id,
    sent_at,
    responded_at,
    score,
    comment,
    unreadable_value,
    loaded_at
from surveys
