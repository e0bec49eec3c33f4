-- Grain: one row per line of an invoice, from live mode, in minor units.
{{ config(enabled='stripe' in var('connectors') | string) }}
{%- set invoices = landed_table('stripe', ['invoice', 'invoices'], 'invoices') %}
{%- set table = landed_table('stripe', ['invoice_line_item', 'invoice_line_items'], 'invoice_lines') %}
{%- set list = landed_list('stripe', invoices, 'lines.data', 'invoice_lines', ['invoice__lines__data']) %}
{%- set rows = table if table.name else list %}
{%- set discounts = landed_table('stripe', ['invoice__lines__data__discount_amounts'], 'discounts') %}
{%- set taxes = landed_table('stripe', ['invoice__lines__data__taxes', 'invoice__lines__data__tax_amounts'], 'taxes') %}
{%- set is_nested = rows.columns is none or '_dlt_id' not in rows.columns %}
with

landed_lines as (

    select
        {{ landed(rows, 'id') }} as line_id,
        {{ landed(rows, ['invoice.id', 'invoice_id', 'invoice']) }} as invoice_id,
        {{ landed(rows, ['parent.subscription_item_details.subscription', 'parent.invoice_item_details.subscription',
            'subscription.id', 'subscription_id', 'subscription']) }} as subscription_id,
        {{ landed(rows, ['parent.subscription_item_details.subscription_item', 'subscription_item', 'subscription_item_id']) }} as item_id,
        {{ landed(rows, ['pricing.price_details.price', 'price.id', 'price_id', 'plan.id', 'plan_id', 'price']) }} as price_id,
        {{ landed(rows, ['price.product', 'pricing.price_details.product', 'plan.product']) }} as product_id,
        {{ landed(rows, ['price.recurring.usage_type', 'plan.usage_type']) }} as usage_type,
        coalesce({{ landed(rows, ['parent.subscription_item_details.proration', 'parent.invoice_item_details.proration', 'proration'], 'boolean') }}, false)
            as is_proration,
        {{ landed(rows, 'quantity', 'number') }} as quantity,
        {{ landed(rows, 'amount', 'number') }} as amount,
        {{ landed(rows, 'currency') }} as currency,
        {{ landed(rows, 'period.start', 'instant') }} as period_started_at,
        {{ landed(rows, 'period.end', 'instant') }} as period_ended_at,
        coalesce({{ landed(rows, 'livemode', 'boolean') }}, true) as is_live,
        {{ landed(rows, 'discount_amounts') }} as discount_amounts,
        {{ landed(rows, ['taxes', 'tax_amounts']) }} as tax_amounts,
        {{ landed(rows, '_dlt_id') if not is_nested else 'cast(null as ' ~ dbt.type_string() ~ ')' }} as row_id,
        {{ landed_at(rows, invoices) }} as landed_at
    from {{ rows.sql }}

),

-- Of a line that has landed twice the newest; ids of lines are unique within an invoice. What begins with sub_ is a copy of a line to come.
ordered_lines as (
    select
        *,
        row_number() over (partition by invoice_id, line_id order by landed_at desc nulls last, period_started_at desc) as recency
    from landed_lines
    where is_live and line_id is not null and line_id not like 'sub\_%' escape '\'
),

{%- if is_nested %}

discounts as (
    select
        lines.invoice_id,
        lines.line_id,
        sum({{ number_in(json_value('discounts.element', ['amount'])) }}) as amount
    from ordered_lines as lines {{ join_json_elements('lines.discount_amounts', 'discounts') }}
    where lines.recency = 1
    group by lines.invoice_id, lines.line_id
),

taxes as (
    select
        lines.invoice_id,
        lines.line_id,
        sum({{ number_in(json_value('taxes.element', ['amount'])) }}) as amount,
        sum(
            case
                when {{ json_value('taxes.element', ['inclusive']) }} = 'true' or {{ json_value('taxes.element', ['tax_behavior']) }} = 'inclusive'
                    then {{ number_in(json_value('taxes.element', ['amount'])) }}
            end
        ) as included_amount
    from ordered_lines as lines {{ join_json_elements('lines.tax_amounts', 'taxes') }}
    where lines.recency = 1
    group by lines.invoice_id, lines.line_id
)
{%- else %}

discounts as (
    select
        lines.invoice_id,
        lines.line_id,
        sum({{ landed(discounts, 'amount', 'number') }}) as amount
    from ordered_lines as lines
    inner join {{ discounts.sql }} on lines.row_id = {{ landed(discounts, '_dlt_parent_id') }}
    group by lines.invoice_id, lines.line_id
),

taxes as (
    select
        lines.invoice_id,
        lines.line_id,
        sum({{ landed(taxes, 'amount', 'number') }}) as amount,
        sum(
            case
                when {{ landed(taxes, 'inclusive', 'boolean') }} or {{ landed(taxes, 'tax_behavior') }} = 'inclusive'
                    then {{ landed(taxes, 'amount', 'number') }}
            end
        ) as included_amount
    from ordered_lines as lines
    inner join {{ taxes.sql }} on lines.row_id = {{ landed(taxes, '_dlt_parent_id') }}
    group by lines.invoice_id, lines.line_id
)
{%- endif %}

select
    lines.line_id,
    lines.invoice_id,
    lines.subscription_id,
    lines.item_id,
    lines.price_id,
    lines.product_id,
    lines.usage_type,
    lines.is_proration,
    lines.quantity,
    lines.amount,
    lines.currency,
    lines.period_started_at,
    lines.period_ended_at,
    coalesce(discounts.amount, 0) as discount_amount,
    coalesce(taxes.amount, 0) as tax_amount,
    coalesce(taxes.included_amount, 0) as included_tax_amount,
    lines.landed_at
from ordered_lines as lines
left join discounts on lines.invoice_id = discounts.invoice_id and lines.line_id = discounts.line_id
left join taxes on lines.invoice_id = taxes.invoice_id and lines.line_id = taxes.line_id
where lines.recency = 1
