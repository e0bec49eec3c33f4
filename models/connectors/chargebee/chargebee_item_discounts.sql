-- Grain: one row per item, version of its subscription and discount of it: a rate, or an amount in major units of the item or of a whole bill.
{{ config(enabled='chargebee' in var('connectors') | string) }}
with

items as (select * from {{ ref('base_chargebee_items') }} where is_recurring),

discounts as (select * from {{ ref('base_chargebee_discounts') }}),

prices as (select * from {{ ref('base_chargebee_prices') }}),

versions as (select * from {{ ref('base_chargebee_subscriptions') }}),

service_starts as (
    select
        subscription_id,
        min(changed_at) as started_at
    from {{ ref('chargebee_subscription_states') }}
    group by subscription_id
),

matched_discounts as (

    select
        items.subscription_id,
        items.version_number,
        items.price_id,
        items.quantity,
        items.unit_amount,
        items.list_amount,
        versions.decimal_places,
        coalesce(items.billing_interval, versions.billing_interval) as billing_interval,
        coalesce(items.interval_count, versions.interval_count) as interval_count,
        service_starts.started_at as service_starts_at,
        {% for column in ['discount_id', 'discount_type', 'percentage', 'minor_amount', 'free_quantity', 'duration_type', 'period', 'period_unit',
            'apply_on', 'ends_at', 'created_at'] -%}
        discounts.{{ column }},
        {% endfor -%}
        case when items.item_type = 'addon' then discounts.addon_constraint else discounts.plan_constraint end as item_constraint,
        case when items.item_type = 'addon' then discounts.addon_ids else discounts.plan_ids end as ids,
        prices.family_id
    from items
    inner join discounts on items.subscription_id = discounts.subscription_id and items.version_number = discounts.version_number
    inner join versions on items.subscription_id = versions.subscription_id and items.version_number = versions.version_number
    inner join service_starts on items.subscription_id = service_starts.subscription_id
    left join prices on items.price_id = prices.price_id
    where discounts.price_id is null or discounts.price_id = items.price_id

),

applied_discounts as (
    select
        *,
        -- A discount that meets one bill only is given once.
        coalesce(
            duration_type = 'one_time'
            or (
                duration_type = 'limited_period'
                and {{ interval_days('period_unit', 'period') }} <= {{ interval_days('billing_interval', 'interval_count') }}
            ),
            false
        ) as is_once,
        -- What is given for a time began that time before its end; no coupon began before it was made.
        case
            when duration_type = 'limited_period' and period_unit in ('month', 'year') and ends_at is not null
                then cast({{ add_months('cast(ends_at as date)', "-1 * cast(period as integer) * case period_unit when 'year' then 12 else 1 end") }} as timestamp)
            else created_at
        end as given_at
    from matched_discounts
    where
        apply_on = 'invoice_amount'
        or coalesce(item_constraint, 'all') = 'all'
        or (item_constraint in ('specific', 'criteria') and (ids like '%"' || price_id || '"%' or ids like '%"' || family_id || '"%'))
        or (item_constraint = 'criteria' and coalesce(ids, '[]') = '[]')
)

select
    subscription_id,
    version_number,
    price_id,
    discount_id,
    is_once,
    case when not is_once and given_at > service_starts_at + interval '1' day then given_at end as started_at,
    case when not is_once then ends_at end as ended_at,
    sum(case when is_once then 0 else 1 end) over (partition by subscription_id, version_number, price_id) > 1 as is_beside_others,
    case when discount_type = 'percentage' then percentage / 100.0 else 0 end as discount_rate,
    case
        when discount_type = 'offer_quantity' then least(free_quantity, quantity) * list_amount
        when discount_type = 'fixed_amount' and apply_on = 'each_specified_item' then minor_amount / power(10, decimal_places)
        when discount_type = 'fixed_amount' and apply_on = 'each_unit_of_specified_items' then quantity * minor_amount / power(10, decimal_places)
        when discount_type = 'fixed_amount' and apply_on = 'specific_item_price' then minor_amount / power(10, decimal_places)
        else 0
    end as item_amount,
    case
        when
            discount_type = 'fixed_amount' and apply_on not in ('each_specified_item', 'each_unit_of_specified_items', 'specific_item_price')
            then minor_amount / power(10, decimal_places)
        else 0
    end as bill_amount,
    quantity * unit_amount as item_total
from applied_discounts
where discount_type is not null
