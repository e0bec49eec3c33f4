-- Grain: one row per line of an invoice, from live mode, in minor units.
{{ config(enabled='stripe' in var('connectors') | string) }}
{%- set invoices = landed_table('stripe', ['invoice', 'invoices'], 'invoices') %}
{%- set table = landed_table('stripe', ['invoice_line_item', 'invoice_line_items'], 'invoice_lines') %}
{%- set list = landed_list(invoices, 'lines.data', 'invoice_lines', ['invoice__lines__data']) %}
{%- set rows = first_landed('stripe', [table, list]) %}
{%- set discounts = landed_list(rows, 'discount_amounts', 'discounts', ['invoice__lines__data__discount_amounts']) %}
{%- set new_taxes = landed_list(rows, 'taxes', 'taxes', ['invoice__lines__data__taxes']) %}
{%- set old_taxes = landed_list(rows, 'tax_amounts', 'taxes', ['invoice__lines__data__tax_amounts']) %}
{%- set line_id = landed(rows, 'id', 'id') %}
{#- Earlier versions of the API do not say within a line of which invoice it is. #}
{%- set said_invoice_id = landed(rows, ['invoice.id', 'invoice_id', 'invoice'], 'id') %}
{%- set invoice_id = said_invoice_id if table.name else 'coalesce(' ~ said_invoice_id ~ ', ' ~ landed(invoices, 'id', 'id') ~ ')' %}
{%- set landed_at = landed_at(rows, invoices) %}
with

landed_lines as (

    select
        {{ line_id }} as line_id,
        {{ landed(rows, 'id') }} like 'sub\_%' escape '\' as is_copy,
        {{ invoice_id }} as invoice_id,
        {{ landed(rows, ['parent.subscription_item_details.subscription', 'parent.invoice_item_details.subscription',
            'subscription.id', 'subscription_id', 'subscription'], 'id') }} as subscription_id,
        {{ landed(rows, ['parent.subscription_item_details.subscription_item', 'subscription_item', 'subscription_item_id'], 'id') }} as item_id,
        {{ landed(rows, ['pricing.price_details.price', 'price.id', 'price_id', 'plan.id', 'plan_id', 'price'], 'id') }} as price_id,
        {{ landed(rows, ['price.recurring.usage_type', 'plan.usage_type']) }} as usage_type,
        coalesce({{ landed(rows, ['parent.subscription_item_details.proration', 'parent.invoice_item_details.proration', 'proration'], 'boolean') }}, false)
            as is_proration,
        {{ landed(rows, ['parent.type', 'type']) }} in ('invoiceitem', 'invoice_item_details') as is_single,
        coalesce({{ landed(rows, 'discountable', 'boolean') }}, true) as is_discountable,
        {{ landed(rows, 'quantity', 'number') }} as quantity,
        {{ landed(rows, 'amount', 'number') }} as amount,
        {{ landed(rows, 'currency') }} as currency,
        {{ landed(rows, 'period.start', 'instant') }} as period_started_at,
        {{ landed(rows, 'period.end', 'instant') }} as period_ended_at,
        coalesce({{ landed(rows, 'livemode', 'boolean') }}, true) as is_live,
        {{ landed_at }} as landed_at
    from {{ rows.sql }}

),

-- Of a line that was loaded twice the newest; ids of lines are unique within an invoice. What begins with sub_ copies a line to come.
ordered_lines as (
    select
        *,
        row_number() over (partition by invoice_id, line_id order by landed_at desc nulls last, period_started_at desc) as recency
    from landed_lines
    where is_live and line_id is not null and not is_copy
),

discounts as (
    select
        {{ line_id }} as line_id,
        {{ invoice_id }} as invoice_id,
        {{ landed_at }} as landed_at,
        sum({{ landed(discounts, 'amount', 'number') }}) as amount
    from {{ discounts.sql }}
    group by 1, 2, 3
),

-- Earlier versions of the API say of a tax whether it is included, later ones how it behaves.
taxes as (

    select
        {{ line_id }} as line_id,
        {{ invoice_id }} as invoice_id,
        {{ landed_at }} as landed_at,
        {{ landed(old_taxes, 'amount', 'number') }} as amount,
        {{ landed(old_taxes, 'inclusive', 'boolean') }} as is_included
    from {{ old_taxes.sql }}

    union all

    select
        {{ line_id }} as line_id,
        {{ invoice_id }} as invoice_id,
        {{ landed_at }} as landed_at,
        {{ landed(new_taxes, 'amount', 'number') }} as amount,
        {{ landed(new_taxes, 'tax_behavior') }} = 'inclusive' as is_included
    from {{ new_taxes.sql }}

),

line_taxes as (
    select
        line_id,
        invoice_id,
        landed_at,
        sum(amount) as amount,
        sum(case when is_included then amount end) as included_amount
    from taxes
    group by line_id, invoice_id, landed_at
)

select
    lines.line_id,
    lines.invoice_id,
    lines.subscription_id,
    lines.item_id,
    lines.price_id,
    lines.usage_type,
    lines.is_proration,
    lines.is_single,
    lines.is_discountable,
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
left join discounts
    on lines.invoice_id = discounts.invoice_id and lines.line_id = discounts.line_id and lines.landed_at = discounts.landed_at
left join line_taxes as taxes
    on lines.invoice_id = taxes.invoice_id and lines.line_id = taxes.line_id and lines.landed_at = taxes.landed_at
where lines.recency = 1
