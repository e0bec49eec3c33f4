-- Grain: one row per month: the sum of each movement over all customers.
with

months as (select * from {{ ref('int_months') }}),

movements as (select * from {{ ref('int_mrr_movements') }})

select
    months.activity_month,
    sum(case when movements.movement_type = 'new' then movements.movement_amount else 0 end) as new_mrr_amount,
    sum(case when movements.movement_type = 'expansion' then movements.movement_amount else 0 end)
        as expansion_mrr_amount,
    sum(case when movements.movement_type = 'contraction' then movements.movement_amount else 0 end)
        as contraction_mrr_amount,
    sum(case when movements.movement_type = 'pause' then movements.movement_amount else 0 end) as pause_mrr_amount,
    sum(case when movements.movement_type = 'resume' then movements.movement_amount else 0 end) as resume_mrr_amount,
    sum(case when movements.movement_type = 'churn' then movements.movement_amount else 0 end) as churn_mrr_amount,
    sum(case when movements.movement_type = 'reactivation' then movements.movement_amount else 0 end)
        as reactivation_mrr_amount,
    sum(case when movements.movement_type = 'fx' then movements.movement_amount else 0 end) as fx_mrr_amount
from months
left join movements on months.activity_month = movements.activity_month
group by months.activity_month
