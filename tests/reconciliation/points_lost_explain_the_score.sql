-- A customer's score and the deductions of its signals sum to 100, but for rounding; by learned weights to 100 at most:
-- what is not known counts as the mean, and nobody has 100 points where signals tell little.
with

customer_health as (select * from {{ ref('customer_health') }}),

points as (

    select
        customer_id,
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
        or (
            customer_health.health_score + points.points_lost < 99.999999
            and customer_health.score_method = 'hand_set'
        ),
        true
    )
