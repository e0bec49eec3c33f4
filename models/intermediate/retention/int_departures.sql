-- Grain: one row per customer and churn: when it left, and when it came back, if it did.
with

spells as (select * from {{ ref('int_service_spells') }}),

spell_log as (

    select
        customer_id,
        spell_number,
        is_churned,
        ended_date,
        lead(started_date) over (partition by customer_id order by spell_number asc) as returned_date
    from spells

)

select
    customer_id,
    spell_number,
    ended_date as left_date,
    returned_date
from spell_log
where is_churned
