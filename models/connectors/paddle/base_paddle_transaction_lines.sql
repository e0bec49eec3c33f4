-- Grain: one row per line of a transaction, in major units.
{{ config(enabled='paddle' in var('connectors') | string) }}
{%- set table = landed_table(
    'paddle',
    ['transaction_line_items', 'transaction_line_item', 'transaction_details_line_item', 'transaction_detail_line_item'], 'lines'
) %}
{%- set list = {'alias': 'lines', 'columns': none, 'prefix': 'transactions.account_prefix'} %}
with

transactions as (select * from {{ ref('base_paddle_transactions') }}),

subscriptions as (select * from {{ ref('base_paddle_subscriptions') }}),

currencies as (select * from {{ ref('currencies') }}),

landed_lines as (
    {% for rows in [list, table] %}
    select
        {{ landed(rows, 'id', 'id') }} as line_id,
        {{ 'transactions.transaction_id' if rows.columns is none else landed(rows, 'transaction_id', 'id') }} as transaction_id,
        {{ landed(rows, ['price_id', 'price.id'], 'id') }} as price_id,
        {{ 'cast(null as ' ~ dbt.type_string() ~ ')' if rows.columns is none else landed(rows, ['index', '_index']) }} as position,
        {{ landed(rows, 'quantity', 'number') }} as quantity,
        {{ landed(rows, 'totals.subtotal', 'number') }} as subtotal,
        {{ landed(rows, 'totals.discount', 'number') }} as discount,
        {{ landed(rows, 'totals.tax', 'number') }} as tax,
        {{ landed(rows, 'unit_totals.subtotal', 'number') }} as unit_subtotal,
        {{ landed(rows, 'proration.rate', 'number') }} as proration_rate,
        {{ landed(rows, 'proration.billing_period.starts_at', 'instant') }} as proration_started_at,
        {{ landed(rows, 'proration.billing_period.ends_at', 'instant') }} as proration_ended_at,
        coalesce({{ landed(rows, '_fivetran_deleted', 'boolean') }}, false) as is_deleted,
        {{ 'transactions.landed_at' if rows.columns is none else landed_at(rows) }} as landed_at
    from {{ rows.sql if rows.sql else 'transactions ' ~ join_json_elements('transactions.line_items', 'lines') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

numbered_lines as (
    select
        *,
        row_number() over (
            partition by transaction_id, coalesce(line_id, position) order by landed_at desc nulls last, subtotal desc
        ) as recency,
        row_number() over (
            partition by transaction_id order by line_id asc nulls last, price_id asc, subtotal desc, quantity desc
        ) as line_number
    from landed_lines
    where not is_deleted
)

select
    coalesce(
        lines.line_id, lines.transaction_id || '|' || coalesce(lines.position, cast(lines.line_number as {{ dbt.type_string() }}))
    ) as line_id,
    lines.transaction_id,
    transactions.subscription_id,
    lines.price_id,
    lines.quantity,
    coalesce(lines.subtotal, lines.unit_subtotal * lines.quantity) / power(10, currencies.decimal_places) as subtotal,
    lines.discount / power(10, currencies.decimal_places) as discount_amount,
    lines.tax / power(10, currencies.decimal_places) as tax_amount,
    coalesce(transactions.currency, subscriptions.currency) as currency,
    -- A whole period may be written as a proration of 1.
    coalesce(lines.proration_rate, 1) <> 1 or coalesce(lines.quantity, 1) < 0 as is_proration,
    lines.proration_rate,
    coalesce(lines.proration_started_at, transactions.period_started_at) as period_started_at,
    coalesce(lines.proration_ended_at, transactions.period_ended_at) as period_ended_at,
    coalesce(lines.landed_at, transactions.landed_at) as landed_at
from numbered_lines as lines
inner join transactions on lines.transaction_id = transactions.transaction_id
left join subscriptions on transactions.subscription_id = subscriptions.subscription_id and subscriptions.recency = 1
left join currencies on coalesce(transactions.currency, subscriptions.currency) = currencies.currency
where lines.recency = 1 or (lines.line_id is null and lines.position is null)
