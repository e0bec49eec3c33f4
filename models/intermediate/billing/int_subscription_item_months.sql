-- Grain: one row per subscription item and month at whose end it carries MRR, is paused, or serves a customer for free.
{%- set subscription_months = 'partition by periods.subscription_id, months.activity_month' %}
with

periods as (select * from {{ ref('int_subscription_periods') }}),

months as (select * from {{ ref('int_months') }}),

plan_changes as (select * from {{ ref('int_plan_changes') }}),

services as (select * from {{ ref('int_services') }}),

exchange_rates as (select * from {{ ref('int_exchange_rates') }}),

periods_in_force as (

    select
        periods.customer_id,
        periods.subscription_id,
        periods.item_id,
        months.activity_month,
        periods.plan_id,
        periods.product_type,
        periods.product_name,
        periods.tier_rank,
        periods.quantity,
        periods.unit_amount,
        periods.discount_rate,
        periods.discount_amount,
        periods.currency,
        periods.billing_interval,
        periods.interval_count,
        periods.term_months,
        periods.migrated_from_subscription_id,
        periods.paused_at,
        periods.continues_pause,
        services.customer_id is not null as is_in_service,
        coalesce(services.is_taken_over, false) as is_taken_over,
        services.started_at > services.first_started_at
        and {{ month_start('services.first_started_at') }} < months.activity_month as has_returned,
        periods.mrr_list_own_amount,
        sum(case when periods.mrr_own_amount < 0 then -periods.mrr_own_amount end) over ({{ subscription_months }})
            as subscription_discount_amount,
        sum(case when periods.mrr_own_amount > 0 then periods.mrr_own_amount end) over ({{ subscription_months }})
            as subscription_mrr_amount,
        periods.mrr_own_amount
    from periods
    left join plan_changes
        on
            periods.subscription_id = plan_changes.subscription_id
            and periods.item_id = plan_changes.item_id
            and periods.ended_at = plan_changes.ended_at
    -- In force at a month's end; what a plan change continues lasts until it is continued, and no longer.
    inner join months
        on
            periods.valid_from < months.month_end_at
            and coalesce(
                case when periods.valid_to = plan_changes.ended_at then plan_changes.continued_at end,
                least(periods.valid_to, plan_changes.continued_at),
                months.month_end_at
            ) >= months.month_end_at
    left join services
        on
            periods.customer_id = services.customer_id and periods.is_in_force
            and months.month_end_at > services.started_at and months.month_end_at <= services.served_until
    where periods.mrr_own_amount <> 0 or periods.paused_at is not null or services.customer_id is not null

)
{%- set mrr_own_amount = shared_discount('periods_in_force') %}
select
    periods_in_force.customer_id,
    periods_in_force.subscription_id,
    periods_in_force.item_id,
    periods_in_force.activity_month,
    periods_in_force.plan_id,
    periods_in_force.product_type,
    periods_in_force.product_name,
    periods_in_force.tier_rank,
    periods_in_force.quantity,
    periods_in_force.unit_amount,
    periods_in_force.discount_rate,
    periods_in_force.discount_amount,
    periods_in_force.currency,
    periods_in_force.billing_interval,
    periods_in_force.interval_count,
    periods_in_force.term_months,
    periods_in_force.migrated_from_subscription_id,
    periods_in_force.paused_at,
    periods_in_force.continues_pause,
    periods_in_force.is_in_service,
    periods_in_force.is_taken_over,
    periods_in_force.has_returned,
    case when periods_in_force.subscription_discount_amount > 0 then least(1, {{ rate(
        'periods_in_force.subscription_discount_amount', 'periods_in_force.subscription_mrr_amount'
    ) }}) end as sold_discount_rate,
    exchange_rates.exchange_rate,
    exchange_rates.opening_exchange_rate,
    {{ converted_amount('periods_in_force.mrr_list_own_amount', 'exchange_rates.exchange_rate') }} as mrr_list_amount,
    {{ converted_amount(mrr_own_amount, 'exchange_rates.exchange_rate') }} as mrr_amount,
    {{ converted_amount(mrr_own_amount, 'exchange_rates.opening_exchange_rate') }} as mrr_at_opening_rate_amount,
    {{ converted_amount(mrr_own_amount, 'exchange_rates.year_ago_exchange_rate') }} as mrr_at_year_ago_rate_amount
from periods_in_force
left join exchange_rates
    on
        periods_in_force.currency = exchange_rates.currency
        and periods_in_force.activity_month = exchange_rates.activity_month
where periods_in_force.product_type <> 'discount'
