-- Grain: one row per subscription item and stretch of time in which its terms are the same, as long as it counts.
{%- set lasts_until = 'coalesce(case when periods.valid_to = plan_changes.ended_at then plan_changes.continued_at end,'
    ~ ' least(periods.valid_to, plan_changes.continued_at))' %}
with

periods as (select * from {{ ref('int_subscription_periods') }}),

plan_changes as (select * from {{ ref('int_plan_changes') }}),

run_settings as (select * from {{ ref('run_settings') }})

select
    periods.customer_id,
    periods.subscription_id,
    periods.item_id,
    periods.product_type,
    periods.currency,
    periods.is_in_force,
    periods.paused_at,
    periods.mrr_own_amount,
    periods.valid_from,
    -- What a plan change continues lasts until it is continued, and no longer; null: to the as-of day's end at least.
    case when {{ lasts_until }} < run_settings.as_of_end_at then {{ lasts_until }} end as valid_to,
    -- A pause lasts for so many days from its latest beginning, whatever plan it is of by now.
    case
        when periods.paused_at is not null
            then {{ dbt.dateadd(
                'day', var('pause_churn_days'),
                'coalesce(max(case when not periods.continues_pause then periods.paused_at end) over '
                ~ '(partition by periods.customer_id order by periods.valid_from asc), periods.paused_at)'
            ) }}
    end as pause_ends_at,
    -- How finely its MRR is cut: by week where a discount is to be shared out, by month where exchange rates move.
    case
        when min(periods.mrr_own_amount) over (partition by periods.subscription_id) < 0 then 'week'
        when periods.currency = run_settings.reporting_currency then 'none'
        else 'month'
    end as slot_kind,
    lag(periods.customer_id) over (
        partition by periods.subscription_id, periods.item_id order by periods.valid_from asc
    ) as last_customer_id,
    periods.migrated_from_subscription_id
from periods
cross join run_settings
left join plan_changes
    on
        periods.subscription_id = plan_changes.subscription_id
        and periods.item_id = plan_changes.item_id
        and periods.ended_at = plan_changes.ended_at
where periods.mrr_own_amount <> 0 or periods.paused_at is not null or periods.is_in_force
