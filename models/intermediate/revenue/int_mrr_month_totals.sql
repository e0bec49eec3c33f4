-- Grain: one row per month, from the first subscription to the as-of day.
{%- set trailing_months = 'order by months.complete_month_number asc range between '
    ~ (var('churn_window_months') - 1) ~ ' preceding and current row' %}
{%- set trailing_churn_count = "sum(count(case when movements.movement_type = 'churn' and not months.is_partial_month "
    ~ "then movements.customer_id end)) over (" ~ trailing_months ~ ")" %}
{%- set trailing_opening_count = "sum(count(case when movements.was_active and not months.is_partial_month "
    ~ "then movements.customer_id end)) over (" ~ trailing_months ~ ")" %}
with

month_spine as (select * from {{ ref('int_months') }}),

movements as (select * from {{ ref('int_customer_movements') }}),

item_months as (select * from {{ ref('int_subscription_item_months') }}),

plan_changes as (select * from {{ ref('int_plan_changes') }}),

periods as (select * from {{ ref('int_subscription_periods') }}),

exchange_rates as (select * from {{ ref('int_exchange_rates') }}),

months as (

    select
        activity_month,
        is_partial_month,
        is_as_of_month,
        count(case when not is_partial_month then activity_month end) over (order by activity_month asc)
            as complete_month_number
    from month_spine

),

shown_subscriptions as (

    select subscription_id
    from item_months
    where mrr_amount > 0 or is_in_service

    union distinct

    -- What another subscription continues is shown by that one.
    select subscription_id
    from plan_changes

),

-- What began and ended between two month ends, so that no month's level shows it.
intra_month_items as (

    select
        periods.subscription_id,
        {{ month_start('min(min(periods.valid_from)) over (partition by periods.subscription_id)') }} as activity_month,
        max({{ converted_amount('periods.mrr_own_amount', 'exchange_rates.exchange_rate') }}) as mrr_amount
    from periods
    left join shown_subscriptions on periods.subscription_id = shown_subscriptions.subscription_id
    left join exchange_rates
        on
            periods.currency = exchange_rates.currency
            and {{ month_start('periods.valid_from') }} = exchange_rates.activity_month
    where periods.mrr_own_amount > 0 and shown_subscriptions.subscription_id is null
    group by periods.subscription_id, periods.item_id

),

intra_months as (

    select
        activity_month,
        count(distinct subscription_id) as intra_month_subscription_count,
        sum(mrr_amount) as intra_month_mrr_amount
    from intra_month_items
    group by activity_month

)

select
    months.activity_month,
    months.is_partial_month,
    months.is_as_of_month,
    coalesce(sum(movements.opening_mrr_amount), 0) as opening_mrr_amount,
    coalesce(sum(movements.mrr_amount), 0) as closing_mrr_amount,
    sum(movements.usage_mrr_amount) as usage_mrr_amount,
    count(case when movements.was_active then movements.customer_id end) as opening_customer_count,
    count(case when movements.is_active then movements.customer_id end) as active_customer_count,
    count(case when movements.mrr_amount > 0 then movements.customer_id end) as paying_customer_count,
    {%- for type in ['new', 'expansion', 'contraction', 'pause', 'resume', 'churn', 'reactivation', 'fx'] %}
    count(case when movements.movement_type = '{{ type }}' then movements.customer_id end)
        as {{ type }}_customer_count,
    {%- endfor %}
    sum(movements.year_ago_mrr_amount) as year_ago_mrr_amount,
    {%- for column, amount in year_ago_amounts('movements').items() %}
    sum({{ amount }}) as {{ column }},
    {%- endfor %}
    coalesce(max(intra_months.intra_month_subscription_count), 0) as intra_month_subscription_count,
    coalesce(max(intra_months.intra_month_mrr_amount), 0) as intra_month_mrr_amount,
    {{ trailing_churn_count }} as trailing_churn_count,
    {{ rate(trailing_churn_count, trailing_opening_count) }} as trailing_churn_rate
from months
left join movements on months.activity_month = movements.activity_month
left join intra_months on months.activity_month = intra_months.activity_month
group by months.activity_month, months.is_partial_month, months.is_as_of_month, months.complete_month_number
