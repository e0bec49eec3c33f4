-- Grain: one row per customer and month, from the customer's first subscription to the as-of day.
{%- set is_paying = '(mrr_amount > 0 or is_usage_billed)' %}
{%- set customer_log = 'partition by customer_months.customer_id order by customer_months.activity_month asc' %}
{%- set in_run = 'over (partition by customer_id, paid_month_count)' %}
with

customer_months as (select * from {{ ref('int_customer_months') }}),

transfers as (select * from {{ ref('int_transfers') }}),

openings as (

    select
        customer_months.customer_id,
        customer_months.activity_month,
        customer_months.is_partial_month,
        customer_months.cohort_month,
        customer_months.mrr_amount,
        customer_months.mrr_list_amount,
        customer_months.mrr_at_opening_rate_amount,
        customer_months.mrr_at_year_ago_rate_amount,
        customer_months.is_active,
        customer_months.is_usage_billed,
        customer_months.is_paused,
        customer_months.has_returned,
        customer_months.paid_month_count,
        customer_months.last_paid_mrr_amount,
        customer_months.usage_mrr_amount,
        coalesce(transfers.transfer_amount, 0) as transfer_amount,
        coalesce(lag(customer_months.mrr_amount) over ({{ customer_log }}), 0) as opening_mrr_amount,
        coalesce(lag(customer_months.mrr_amount) over ({{ customer_log }}), 0)
        + coalesce(transfers.transfer_amount, 0) as continued_amount,
        coalesce(lag(customer_months.is_active) over ({{ customer_log }}), false) as was_active,
        lag(customer_months.is_paused) over ({{ customer_log }}) as was_paused,
        -- Retention follows the subscription to the customer that has taken it over.
        greatest(
            coalesce(lag(customer_months.mrr_amount, 12) over ({{ customer_log }}), 0)
            + coalesce(sum(transfers.transfer_amount) over (
                partition by customer_months.customer_id order by customer_months.activity_month asc
                rows between 11 preceding and current row
            ), 0), 0
        ) as year_ago_mrr_amount
    from customer_months
    left join transfers
        on
            customer_months.customer_id = transfers.customer_id
            and customer_months.activity_month = transfers.activity_month

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
        usage_mrr_amount,
        was_active,
        is_active,
        is_usage_billed,
        is_paused,
        -- Of what was taken over and never paid since, what went over.
        case when last_paid_mrr_amount > 0 then last_paid_mrr_amount else max(transfer_amount) {{ in_run }} end
            as last_paid_mrr_amount,
        -- How the loss of the MRR that was paid last was booked.
        max(case when opening_mrr_amount > 0 and is_paused then 1 else 0 end) {{ in_run }} = 1 as was_booked_as_pause,
        transfer_amount,
        mrr_at_opening_rate_amount - continued_amount as movement_amount,
        mrr_amount - mrr_at_opening_rate_amount as fx_amount,
        case
            -- Usage that is billed pays as MRR does, and moves none.
            when continued_amount = 0 and {{ is_paying }} and was_paused then 'resume'
            when continued_amount = 0 and {{ is_paying }} and not was_active
                then case when paid_month_count = 1 and not has_returned then 'new' else 'reactivation' end
            when continued_amount > 0 and is_paused then 'pause'
            -- What it handed over it has not lost.
            when transfer_amount < 0 and continued_amount = 0 and mrr_amount = 0 then 'transfer'
            when (was_active or was_paused) and not is_active and not is_paused then 'churn'
            when mrr_at_opening_rate_amount > continued_amount then 'expansion'
            when mrr_at_opening_rate_amount < continued_amount then 'contraction'
            when mrr_amount <> mrr_at_opening_rate_amount then 'fx'
            when transfer_amount <> 0 then 'transfer'
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
    -- Who has left has no run rate, whatever is still averaged; unknown stays unknown.
    case when is_active or is_paused then usage_mrr_amount else 0 * usage_mrr_amount end as usage_mrr_amount,
    was_active,
    is_active,
    is_usage_billed,
    is_paused,
    movement_type,
    movement_amount,
    transfer_amount,
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
