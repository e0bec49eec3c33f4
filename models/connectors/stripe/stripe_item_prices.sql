-- Grain: one row per item, instant and price: what one unit (or pack) costs at the quantity from then on, in major units, before tax.
{{ config(enabled='stripe' in var('connectors') | string) }}
with

terms as (select * from {{ ref('stripe_item_terms') }}),

items as (select * from {{ ref('base_stripe_items') }}),

prices as (select * from {{ ref('base_stripe_prices') }}),

tiers as (select * from {{ ref('base_stripe_tiers') }}),

lines as (select * from {{ ref('stripe_billed_lines') }}),

-- Graduated: each unit at the price of its tier, and the flat amount of each tier reached. Volume: all at the tier reached.
tiered_amounts as (

    select
        terms.item_id,
        terms.changed_at,
        sum(
            case
                when prices.tiers_mode = 'volume' and coalesce(terms.quantity <= tiers.to_unit, true)
                    then terms.quantity * tiers.unit_amount + tiers.flat_amount
                when prices.tiers_mode = 'graduated'
                    then (least(terms.quantity, coalesce(tiers.to_unit, terms.quantity)) - tiers.from_unit + 1) * tiers.unit_amount
                        + tiers.flat_amount
                else 0
            end
        ) as amount
    from terms
    inner join prices on terms.price_id = prices.price_id
    inner join tiers on prices.price_id = tiers.price_id and terms.quantity >= tiers.from_unit
    group by terms.item_id, terms.changed_at

),

-- Where tiers were not loaded the last bill says what the units cost; where tax is included and no rate has, what of it was tax.
billed_periods as (
    select
        item_id,
        sum(amount) as amount,
        max(quantity) as quantity,
        {{ rate('sum(included_tax_amount)', 'sum(amount - included_tax_amount)') }} as included_tax_rate,
        row_number() over (partition by item_id order by period_started_at desc) as recency
    from lines
    where not is_proration and amount > 0
    group by item_id, period_started_at
),

tax_rates as (
    select
        items.item_id,
        sum(
            case
                when {{ json_value('tax_rates.element', ['inclusive']) }} = 'true'
                    then {{ number_in(json_value('tax_rates.element', ['percentage'])) }} / 100
            end
        ) as included_tax_rate
    from items {{ join_json_elements('items.tax_rates', 'tax_rates') }}
    group by items.item_id
)

select
    terms.subscription_id,
    terms.item_id,
    terms.changed_at,
    terms.price_id,
    terms.is_current,
    case
        when prices.pack_size > 0 and prices.pack_rounding = 'down' then floor(terms.quantity / prices.pack_size)
        when prices.pack_size > 0 then ceil(terms.quantity / prices.pack_size)
        else terms.quantity
    end as quantity,
    coalesce(
        prices.unit_amount,
        coalesce(
            {{ rate('tiered_amounts.amount', 'terms.quantity') }},
            case when billed_periods.quantity = terms.quantity then {{ rate('billed_periods.amount', 'billed_periods.quantity') }} end
        ) / power(10, prices.decimal_places)
    )
    / (
        1
        + case
            when prices.tax_behavior = 'inclusive' then coalesce(tax_rates.included_tax_rate, billed_periods.included_tax_rate, 0)
            else 0
        end
    ) as unit_amount,
    prices.product_id,
    prices.billing_interval,
    prices.interval_count,
    prices.currency,
    prices.decimal_places
from terms
left join prices on terms.price_id = prices.price_id
left join tiered_amounts on terms.item_id = tiered_amounts.item_id and terms.changed_at = tiered_amounts.changed_at
left join billed_periods on terms.item_id = billed_periods.item_id and billed_periods.recency = 1
left join tax_rates on terms.item_id = tax_rates.item_id
