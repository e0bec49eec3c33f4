-- Grain: one row per line of an approved adjustment that was not reversed, in major units before tax.
{{ config(enabled='paddle' in var('connectors') | string) }}
{%- set rows = landed_table('paddle', ['adjustments', 'adjustment'], 'adjustments') %}
{%- set table = landed_table('paddle', ['adjustment_items', 'adjustment_item'], 'items') %}
{%- set list = {'alias': 'items', 'columns': none, 'prefix': 'adjustments.account_prefix'} %}
with

lines as (select * from {{ ref('base_paddle_transaction_lines') }}),

currencies as (select * from {{ ref('currencies') }}),

landed_adjustments as (

    select
        {{ landed(rows, 'id', 'id') }} as adjustment_id,
        lower({{ landed(rows, 'action') }}) as action,
        lower({{ landed(rows, 'status') }}) as status,
        {{ landed(rows, 'transaction_id', 'id') }} as transaction_id,
        {{ landed(rows, 'subscription_id', 'id') }} as subscription_id,
        {{ landed(rows, 'customer_id', 'id') }} as customer_id,
        upper({{ landed(rows, 'currency_code') }}) as currency,
        {{ landed(rows, 'totals.total', 'number') }} as total,
        {{ landed(rows, 'items') }} as items,
        {{ account_prefix(rows) }} as account_prefix,
        {{ landed(rows, 'created_at', 'instant') }} as created_at,
        {{ landed_at(rows) }} as landed_at,
        row_number() over (
            partition by {{ landed(rows, 'id', 'id') }}
            order by {{ landed(rows, 'updated_at', 'instant') }} desc nulls last, {{ landed_at(rows) }} desc nulls last
        ) as recency
    from {{ rows.sql }}

),

adjustments as (select * from landed_adjustments where recency = 1 and status = 'approved'),

reversals as (
    select distinct
        transaction_id,
        replace(action, '_reverse', '') as action,
        total
    from adjustments
    where action like '%\_reverse' escape '\'
),

landed_items as (
    {% for rows in [list, table] %}
    select
        {{ landed(rows, 'id', 'id') }} as adjustment_item_id,
        {{ 'adjustments.adjustment_id' if rows.columns is none else landed(rows, 'adjustment_id', 'id') }} as adjustment_id,
        {{ landed(rows, 'item_id', 'id') }} as line_id,
        {{ landed(rows, 'amount', 'number') }} as total,
        {{ landed(rows, 'totals.subtotal', 'number') }} as subtotal,
        {{ landed(rows, 'totals.tax', 'number') }} as tax
    from {{ rows.sql if rows.sql else 'adjustments ' ~ join_json_elements('adjustments.items', 'items') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

-- An amount that does not say its tax has the share of it that its line has.
select
    coalesce(items.adjustment_item_id, items.adjustment_id || '|' || items.line_id) as adjustment_item_id,
    items.adjustment_id,
    adjustments.action,
    adjustments.transaction_id,
    adjustments.subscription_id,
    adjustments.customer_id,
    items.line_id,
    lines.price_id,
    coalesce(adjustments.currency, lines.currency) as currency,
    coalesce(
        items.subtotal,
        items.total * {{ rate(
            'lines.subtotal - coalesce(lines.discount_amount, 0)',
            'lines.subtotal - coalesce(lines.discount_amount, 0) + coalesce(lines.tax_amount, 0)'
        ) }}
    ) / power(10, currencies.decimal_places) as amount,
    items.tax / power(10, currencies.decimal_places) as tax_amount,
    adjustments.created_at,
    adjustments.landed_at
from landed_items as items
inner join adjustments on items.adjustment_id = adjustments.adjustment_id
left join reversals
    on
        adjustments.transaction_id = reversals.transaction_id and adjustments.action = reversals.action
        and coalesce(adjustments.total, 0) = coalesce(reversals.total, 0)
left join lines on items.line_id = lines.line_id
left join currencies on coalesce(adjustments.currency, lines.currency) = currencies.currency
where reversals.transaction_id is null and adjustments.action not like '%\_reverse' escape '\'
