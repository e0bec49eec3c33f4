-- Grain: one row per customer and month, from the customer's first subscription to the as-of day.
with

customer_months as (select * from {{ ref('int_customer_months') }}),

openings as (

    select
        customer_id,
        activity_month,
        is_partial_month,
        cohort_month,
        mrr_amount,
        mrr_list_amount,
        mrr_at_opening_rate_amount,
        mrr_at_year_ago_rate_amount,
        is_active,
        is_paused,
        has_returned,
        paid_month_count,
        last_paid_mrr_amount,
        coalesce(lag(mrr_amount) over customer_log, 0) as opening_mrr_amount,
        coalesce(lag(is_active) over customer_log, false) as was_active,
        coalesce(lag(is_paused) over customer_log, false) as was_paused,
        coalesce(lag(mrr_amount, 12) over customer_log, 0) as year_ago_mrr_amount
    from customer_months
    window customer_log as (partition by customer_id order by activity_month asc)

),

movements as (

    select
        customer_id,
        activity_month,
        is_partial_month,
        cohort_month,
        opening_mrr_amount,
        mrr_amount,
        mrr_list_amount,
        mrr_at_year_ago_rate_amount,
        year_ago_mrr_amount,
        was_active,
        is_active,
        is_paused,
        last_paid_mrr_amount,
        -- How the loss of the MRR that was paid last was booked.
        max(case when opening_mrr_amount > 0 and mrr_amount = 0 and is_paused then 1 else 0 end) over (
            partition by customer_id, paid_month_count
        ) = 1 as was_booked_as_pause,
        mrr_at_opening_rate_amount - opening_mrr_amount as movement_amount,
        mrr_amount - mrr_at_opening_rate_amount as fx_amount,
        case
            when opening_mrr_amount = 0 and mrr_amount > 0 and was_paused then 'resume'
            when opening_mrr_amount = 0 and mrr_amount > 0 and was_active then 'expansion'
            when opening_mrr_amount = 0 and mrr_amount > 0 and paid_month_count = 1 and not has_returned then 'new'
            when opening_mrr_amount = 0 and mrr_amount > 0 then 'reactivation'
            when opening_mrr_amount > 0 and is_paused then 'pause'
            when (opening_mrr_amount > 0 or was_active or was_paused) and not is_active and not is_paused then 'churn'
            when mrr_at_opening_rate_amount > opening_mrr_amount then 'expansion'
            when mrr_at_opening_rate_amount < opening_mrr_amount then 'contraction'
            when mrr_amount <> mrr_at_opening_rate_amount then 'fx'
        end as movement_type
    from openings

)

select
    customer_id,
    activity_month,
    is_partial_month,
    cohort_month,
    opening_mrr_amount,
    mrr_amount,
    mrr_list_amount,
    was_active,
    is_active,
    is_paused,
    movement_type,
    movement_amount,
    fx_amount,
    -- A pause or a free period that ends in churn: what it was booked as is taken back and booked as churn.
    case when movement_type = 'churn' and opening_mrr_amount = 0 then last_paid_mrr_amount else 0 end as lapsed_amount,
    case when was_booked_as_pause then 'pause' else 'contraction' end as lapsed_movement_type,
    year_ago_mrr_amount,
    mrr_at_year_ago_rate_amount,
    sum(case when movement_type = 'reactivation' then 1 else 0 end) over (
        partition by customer_id order by activity_month asc rows between 11 preceding and current row
    ) > 0 as has_reactivated_in_year
from movements
