-- A customer's score and the points that its signals deduct sum to 100, but for rounding.
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
    and coalesce(abs(customer_health.health_score + points.points_lost - 100) > 0.000001, true)
