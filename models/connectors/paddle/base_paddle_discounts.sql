-- Grain: one row per discount: what it takes off, from the list of discounts or from the transactions that it reduced.
{{ config(enabled='paddle' in var('connectors') | string) }}
{%- set table = landed_table('paddle', ['discounts', 'discount'], 'discounts') %}
{%- set nested = {'alias': 'discounts', 'columns': none, 'prefix': 'discounts.account_prefix'} %}
with

currencies as (select * from {{ ref('currencies') }}),

embedded as (
    select
        discount as element,
        account_prefix,
        landed_at
    from {{ ref('base_paddle_transactions') }}
    where discount is not null
),

landed_discounts as (
    {% for rows, source, landed_at in [
        [table, table.sql, landed_at(table)], [nested, 'embedded as discounts', 'discounts.landed_at']
    ] %}
    select
        {{ landed(rows, 'id', 'id') }} as discount_id,
        lower({{ landed(rows, 'type') }}) as discount_type,
        {{ landed(rows, 'amount', 'number') }} as amount,
        upper({{ landed(rows, 'currency_code') }}) as currency,
        {{ landed(rows, 'recur', 'boolean') }} as is_recurring,
        {{ landed(rows, 'maximum_recurring_intervals', 'number') }} as interval_limit,
        {{ landed(rows, 'restrict_to', 'ids') }} as restricted_to,
        {{ landed(rows, 'updated_at', 'instant') }} as updated_at,
        {{ loop.index }} as place,
        {{ landed_at }} as landed_at
    from {{ source }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

ordered_discounts as (
    select
        *,
        row_number() over (
            partition by discount_id order by place asc, updated_at desc nulls last, landed_at desc nulls last, amount desc
        ) as recency
    from landed_discounts
    where discount_id is not null and discount_type is not null
)

-- A percentage is the percent itself; amounts are in minor units.
select
    discounts.discount_id,
    discounts.discount_type,
    case when discounts.discount_type = 'percentage' then discounts.amount / 100.0 end as discount_rate,
    case
        when discounts.discount_type <> 'percentage' then discounts.amount / power(10, coalesce(currencies.decimal_places, 2))
    end as discount_amount,
    discounts.currency,
    discounts.is_recurring,
    discounts.interval_limit,
    nullif(discounts.restricted_to, '[]') as restricted_to
from ordered_discounts as discounts
left join currencies on discounts.currency = currencies.currency
where discounts.recency = 1
