-- Grain: one row per version of a subscription and price on it. One-off prices and deleted rows are left out.
{{ config(enabled='paddle' in var('connectors') | string) }}
{%- set table = landed_table('paddle', ['subscription_items', 'subscription_item'], 'items') %}
{%- set list = {'alias': 'items', 'columns': none, 'prefix': 'subscriptions.account_prefix'} %}
with

subscriptions as (select * from {{ ref('base_paddle_subscriptions') }}),

prices as (select * from {{ ref('base_paddle_prices') }}),

currencies as (select * from {{ ref('currencies') }}),

landed_items as (
    {% for rows in [list, table] %}
    select
        {{ 'subscriptions.subscription_id' if rows.columns is none else landed(rows, 'subscription_id', 'id') }} as subscription_id,
        {{ 'subscriptions.version_number' if rows.columns is none else 'cast(null as ' ~ dbt.type_int() ~ ')' }} as version_number,
        {{ landed(rows, ['price.id', 'price_id'], 'id') }} as price_id,
        {{ landed(rows, 'quantity', 'number') }} as quantity,
        lower({{ landed(rows, 'status') }}) as status,
        {{ landed(rows, 'recurring', 'boolean') }} as is_recurring,
        {{ landed(rows, 'price.unit_price.amount', 'number') }} as minor_amount,
        upper({{ landed(rows, 'price.unit_price.currency_code') }}) as price_currency,
        {{ landed(rows, 'trial_dates.starts_at', 'instant') }} as trial_started_at,
        {{ landed(rows, 'trial_dates.ends_at', 'instant') }} as trial_ends_at,
        {{ landed(rows, 'created_at', 'instant') }} as created_at,
        coalesce({{ landed(rows, '_fivetran_deleted', 'boolean') }}, false) as is_deleted
    from {{ rows.sql if rows.sql else 'subscriptions ' ~ join_json_elements('subscriptions.items', 'items') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- A table of items holds those of the newest version. A price may stand on several rows.
items as (
    select
        subscriptions.subscription_id,
        subscriptions.version_number,
        landed_items.price_id,
        sum(coalesce(landed_items.quantity, 1)) as quantity,
        -- Items of a paused subscription are inactive with it.
        min(
            case when landed_items.status = 'inactive' and subscriptions.status not in ('paused', 'canceled') then 1 else 0 end
        ) as is_inactive,
        max(landed_items.minor_amount) as minor_amount,
        max(landed_items.price_currency) as price_currency,
        min(landed_items.trial_started_at) as trial_started_at,
        max(landed_items.trial_ends_at) as trial_ends_at,
        min(landed_items.created_at) as created_at
    from landed_items
    inner join subscriptions
        on
            landed_items.subscription_id = subscriptions.subscription_id
            and coalesce(landed_items.version_number = subscriptions.version_number, subscriptions.recency = 1)
    where landed_items.price_id is not null and not landed_items.is_deleted and coalesce(landed_items.is_recurring, true)
    group by subscriptions.subscription_id, subscriptions.version_number, landed_items.price_id
)

select
    items.subscription_id,
    items.version_number,
    items.price_id,
    items.quantity,
    items.is_inactive = 1 as is_inactive,
    case
        when items.minor_amount is not null then items.minor_amount / power(10, currencies.decimal_places)
        else prices.unit_amount
    end as unit_amount,
    coalesce(items.price_currency, prices.currency) as price_currency,
    items.trial_started_at,
    items.trial_ends_at,
    items.created_at
from items
left join prices on items.price_id = prices.price_id
left join currencies on items.price_currency = currencies.currency
where not coalesce(prices.is_one_off, false)
