-- A customer's score and the deductions of its signals sum to 100, but for rounding; by learned weights to less where some are unknown.
with

customer_health as (select * from {{ ref('customer_health') }}),

points as (

    select
        customer_id,
        -- A signal that is not known may deduct by a learned weight, as the mean does.
        max(case when score_method = 'learned' and not is_known then 1 else 0 end) as has_unknown_deductions,
        sum(points_lost) as points_lost
    from {{ ref('customer_health_signals') }}
    group by customer_id

)

select
    customer_health.customer_id,
    customer_health.health_score,
    points.points_lost
from customer_health
left join points on customer_health.customer_id = points.customer_id
where
    customer_health.health_score is not null
    and coalesce(
        customer_health.health_score + points.points_lost > 100.000001
        or (customer_health.health_score + points.points_lost < 99.999999 and points.has_unknown_deductions = 0),
        true
    )
