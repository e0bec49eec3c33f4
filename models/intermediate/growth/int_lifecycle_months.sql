-- Grain: one row per customer and month, from the month in which it became a lead or a customer.
{%- set customer_history = 'partition by customer_id order by activity_month asc' %}
with

prospects as (select * from {{ ref('int_prospects') }}),

months as (select * from {{ ref('int_months') }}),

movements as (select * from {{ ref('int_customer_movements') }}),

prospect_months as (

    select
        prospects.customer_id,
        months.activity_month,
        months.is_partial_month,
        months.is_as_of_month,
        prospects.acquisition_channel,
        prospects.lead_date,
        coalesce(movements.is_active or movements.is_paused, false) as is_in_service,
        movements.cohort_month is not null as has_paid,
        sum(case when movements.movement_type = 'churn' then 1 else 0 end) over (
            partition by prospects.customer_id order by months.activity_month asc
        ) as churn_count,
        coalesce(prospects.extra_date < months.month_end_at, false) as has_bought_more,
        coalesce(prospects.repeat_date < months.month_end_at, false) as has_bought_again,
        coalesce(prospects.trip_wire_date < months.month_end_at, false) as has_trip_wire,
        coalesce(prospects.opted_in_date < months.month_end_at, false) as has_opted_in,
        coalesce(movements.mrr_amount, 0) as mrr_amount
    from prospects
    inner join months on {{ month_start('prospects.lead_date') }} <= months.activity_month
    left join movements
        on
            prospects.customer_id = movements.customer_id
            and months.activity_month = movements.activity_month
    where prospects.customer_id is not null

),

staged_months as (

    select
        customer_id,
        activity_month,
        is_partial_month,
        is_as_of_month,
        acquisition_channel,
        lead_date,
        case
            when is_in_service and churn_count > 0 then 'returned'
            when is_in_service and has_bought_more then 'profit_maximiser'
            when is_in_service and has_bought_again then 'repeat_buyer'
            when is_in_service then 'customer'
            when has_paid then 'lost'
            when has_trip_wire then 'trip_wire_buyer'
            when has_opted_in then 'opted_in'
            else 'lead'
        end as funnel_stage,
        mrr_amount
    from prospect_months

)

select
    customer_id,
    activity_month,
    is_partial_month,
    is_as_of_month,
    funnel_stage,
    lag(funnel_stage) over ({{ customer_history }}) as previous_funnel_stage,
    acquisition_channel,
    {{ month_start('lead_date') }} as lead_month,
    cast(mrr_amount as {{ type_amount() }}) as mrr_amount
from staged_months
