-- MRR movements of the last three complete months by type and cause, largest losses first.
with

months as (

    select
        activity_month,
        row_number() over (order by activity_month desc) as recency
    from {{ ref('mrr_monthly') }}
    where not is_partial_month

)

select
    movements.movement_type,
    movements.movement_cause,
    count(distinct movements.customer_id) as customer_count,
    sum(movements.movement_amount) as movement_amount
from {{ ref('mrr_movements') }} as movements
inner join months on movements.activity_month = months.activity_month
where months.recency <= 3
group by movements.movement_type, movements.movement_cause
order by sum(movements.movement_amount) asc
