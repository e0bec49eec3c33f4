-- Grain: one row per customer and month (filter: scored population): signals price_rise and seats_falling.
with

population as (select * from {{ ref('int_health_population') }}),

causes as (select * from {{ ref('int_movement_causes') }}),

-- What moved MRR in the month and the two before. A discount that ends is a rise of the price that is felt.
amounts as (

    select
        population.customer_id,
        population.activity_month,
        max(population.mrr_amount) as mrr_amount,
        coalesce(sum(case when causes.movement_cause in ('price', 'discount') then causes.movement_amount end), 0)
            as price_amount,
        coalesce(sum(case when causes.movement_cause = 'seats' then causes.movement_amount end), 0) as seats_amount
    from population
    left join causes
        on
            population.customer_id = causes.customer_id
            and population.activity_month >= causes.activity_month
            and causes.activity_month > {{ add_months('population.activity_month', -3) }}
    group by population.customer_id, population.activity_month

)

-- Shares of the MRR that would have been without it; nothing is known of who was not charged before.
select
    customer_id,
    activity_month,
    case
        when price_amount <= 0 then 0
        when price_amount < mrr_amount then {{ rate('price_amount', 'mrr_amount - price_amount') }}
    end as price_rise,
    case when seats_amount >= 0 then 0 else {{ rate('-seats_amount', 'mrr_amount - seats_amount') }} end
        as seats_falling
from amounts
