-- Grain: one row per comparison, play (all, each; null: not acted on), customer and month (filter: outcome observed).
with

ranks as (select * from {{ ref('int_priority_ranks') }}),

segment_months as (select * from {{ ref('int_segment_months') }}),

actions as (select * from {{ ref('stg_actions') }}),

-- What was known when the month began: the list that was worked from.
listed_customers as (

    select
        ranks.customer_id,
        {{ add_months('ranks.activity_month', 1) }} as activity_month,
        segment_months.segment_name,
        ranks.churn_probability,
        percent_rank() over (
            partition by ranks.activity_month, case when ranks.churn_probability is null then 0 else 1 end
            order by ranks.churn_probability asc
        ) as lower_share
    from ranks
    inner join segment_months
        on ranks.customer_id = segment_months.customer_id and ranks.activity_month = segment_months.activity_month

),

-- Those that were still customers when the month ended: others could not be acted on. Churn after it counts.
-- Fifths by the probability; customers without one are a band of their own.
outcomes as (

    select
        ranks.customer_id,
        ranks.activity_month,
        listed_customers.segment_name,
        case
            when listed_customers.churn_probability is null then 0
            else 1 + least(cast(floor(5 * listed_customers.lower_share) as {{ dbt.type_int() }}), 4)
        end as probability_band,
        ranks.has_churned
    from ranks
    inner join listed_customers
        on ranks.customer_id = listed_customers.customer_id and ranks.activity_month = listed_customers.activity_month
    where ranks.is_observed

),

action_months as (

    select
        customer_id,
        {{ month_start('done_on') }} as activity_month,
        play
    from actions

    union distinct

    select
        customer_id,
        {{ month_start('done_on') }} as activity_month,
        'all' as play
    from actions

)

select
    'peers' as comparison,
    action_months.play,
    outcomes.customer_id,
    outcomes.activity_month,
    outcomes.segment_name,
    outcomes.probability_band,
    outcomes.has_churned
from outcomes
left join action_months
    on outcomes.customer_id = action_months.customer_id and outcomes.activity_month = action_months.activity_month
{% if var('hold_out_rate') > 0 %}
union all

-- Of who is held out and who is not chance decided: nothing else has to be alike but the month.
select
    'hold_out' as comparison,
    case when not {{ is_held_out('customer_id') }} then 'all' end as play,
    customer_id,
    activity_month,
    'all' as segment_name,
    0 as probability_band,
    has_churned
from outcomes
where activity_month > cast('{{ var('hold_out_since') }}' as date)
{% endif %}
