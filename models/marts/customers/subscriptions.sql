-- Grain: one row per subscription as it stands on the as-of day.
with

items as (select * from {{ ref('int_subscription_items') }}),

plans as (select * from {{ ref('stg_plans') }}),

run_settings as (select * from {{ ref('run_settings') }}),

ranked_items as (

    select
        subscription_id,
        customer_id,
        plan_id,
        status,
        currency,
        billing_interval,
        interval_count,
        -- The main item stands for the subscription: one in force before one that ended, core before add-ons.
        row_number() over (
            partition by subscription_id
            order by
                case status
                    when 'active' then 1
                    when 'past_due' then 2
                    when 'trialing' then 3
                    when 'paused' then 4
                    when 'unpaid' then 5
                    when 'signed' then 6
                    else 7
                end,
                case when product_type = 'core' then 0 else 1 end,
                mrr_amount desc,
                item_id asc
        ) as item_rank
    from items

),

totals as (

    select
        subscription_id,
        count(*) as item_count,
        sum(case when product_type = 'core' and ended_at is null and status <> 'signed' then quantity else 0 end)
            as seat_count,
        min(started_at) as started_at,
        min(trial_started_at) as trial_started_at,
        min(first_paid_at) as first_paid_at,
        case when count(ended_at) = count(*) then max(ended_at) end as ended_at,
        max(cancel_requested_at) as cancel_requested_at,
        min(scheduled_end_at) as scheduled_end_at,
        sum(mrr_list_amount) as mrr_list_amount,
        sum(mrr_amount) as mrr_amount,
        sum(committed_mrr_amount) as committed_mrr_amount
    from items
    group by subscription_id

)

select
    ranked_items.subscription_id,
    run_settings.as_of_date,
    ranked_items.customer_id,
    ranked_items.status,
    ranked_items.plan_id,
    plans.plan_name,
    plans.product_name,
    ranked_items.billing_interval,
    ranked_items.interval_count,
    ranked_items.currency,
    totals.item_count,
    cast(totals.seat_count as {{ type_amount() }}) as seat_count,
    totals.started_at,
    totals.trial_started_at,
    totals.first_paid_at,
    totals.cancel_requested_at,
    totals.scheduled_end_at,
    totals.ended_at,
    totals.mrr_amount > 0 as is_active,
    cast(totals.mrr_amount as {{ type_amount() }}) as mrr_amount,
    cast(totals.committed_mrr_amount as {{ type_amount() }}) as committed_mrr_amount,
    cast(totals.mrr_list_amount as {{ type_amount() }}) as mrr_list_amount,
    cast(totals.mrr_list_amount - totals.mrr_amount as {{ type_amount() }}) as mrr_discount_amount
from ranked_items
cross join run_settings
inner join totals on ranked_items.subscription_id = totals.subscription_id
left join plans on ranked_items.plan_id = plans.plan_id
where ranked_items.item_rank = 1
