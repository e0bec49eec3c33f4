-- Grain: one row per item of a subscription and full period that was billed for it, with the price of one unit.
{{ config(enabled='chargebee' in var('connectors') | string) }}
with

versions as (select * from {{ ref('base_chargebee_subscriptions') }}),

prices as (select * from {{ ref('base_chargebee_prices') }}),

lines as (

    select
        subscription_id,
        price_id,
        max(entity_type) as entity_type,
        period_started_at,
        period_ended_at,
        sum(amount) as amount,
        sum(coalesce(quantity, 1)) as quantity
    from {{ ref('base_chargebee_invoice_lines') }}
    where
        not is_credit and status not in ('voided', 'pending') and amount > 0
        and entity_type in ('plan', 'addon', 'plan_item_price', 'addon_item_price')
        and period_ended_at > period_started_at
    group by subscription_id, price_id, period_started_at, period_ended_at

),

recurring_lines as (

    select
        lines.subscription_id,
        lines.price_id,
        lines.entity_type,
        lines.period_started_at,
        lines.period_ended_at,
        lines.amount,
        lines.quantity,
        coalesce(prices.billing_interval, versions.billing_interval) as billing_interval,
        coalesce(prices.interval_count, versions.interval_count, 1) as interval_count,
        {{ days_between('cast(lines.period_started_at as date)', 'cast(lines.period_ended_at as date)') }} as days
    from lines
    inner join versions on lines.subscription_id = versions.subscription_id and versions.recency = 1
    left join prices on lines.price_id = prices.price_id
    where not coalesce(prices.is_metered or prices.is_one_off, false)

),

-- A period that is shorter by a tenth or more was billed in part.
ordered_lines as (
    select
        *,
        days < 0.9 * {{ interval_days('billing_interval', 'interval_count') }} as is_part,
        row_number() over (partition by subscription_id, price_id order by period_started_at asc, period_ended_at asc) as line_number
    from recurring_lines
)

-- What was added within a period is billed in part until the next one: from then on it has the price of the next period.
select
    lines.subscription_id,
    lines.price_id,
    lines.entity_type in ('plan', 'plan_item_price') as is_plan,
    case
        when earlier.is_part and earlier.period_ended_at >= lines.period_started_at - interval '1' day then earlier.period_started_at
        else lines.period_started_at
    end as started_at,
    lines.period_started_at as billed_from,
    lines.period_ended_at as ended_at,
    lines.quantity,
    lines.amount / nullif(lines.quantity, 0) as unit_amount,
    lines.billing_interval,
    lines.interval_count
from ordered_lines as lines
left join ordered_lines as earlier
    on
        lines.subscription_id = earlier.subscription_id and lines.price_id = earlier.price_id
        and lines.line_number = earlier.line_number + 1
where not lines.is_part
