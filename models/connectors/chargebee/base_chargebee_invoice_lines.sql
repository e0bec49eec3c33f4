-- Grain: one row per line of an invoice or a credit note, in major units; credits are positive as they came.
{{ config(enabled='chargebee' in var('connectors') | string) }}
{%- set invoices = landed_table('chargebee', ['invoice', 'invoices'], 'invoices') %}
{%- set credits = landed_table('chargebee', ['credit_note', 'credit_notes'], 'credits') %}
{%- set kinds = [
    [invoices, landed_list(invoices, 'line_items', 'lines', ['invoice_line_item', 'invoice_line_items']), 'invoice_id', 'false'],
    [credits, landed_list(credits, 'line_items', 'lines', ['credit_note_line_item', 'credit_note_line_items']), 'credit_note_id', 'true']
] %}
with

currencies as (select * from {{ ref('currencies') }}),

landed_documents as (
    {% for rows, lines, key, is_credit in kinds %}
    select
        {{ is_credit }} as is_credit,
        {{ landed(rows, 'id', 'id') }} as document_id,
        {{ landed(rows, 'customer_id', 'id') }} as customer_id,
        {{ landed(rows, 'subscription_id', 'id') }} as subscription_id,
        upper({{ landed(rows, 'currency_code') }}) as currency,
        lower({{ landed(rows, 'status') }}) as status,
        lower({{ landed(rows, 'price_type') }}) as price_type,
        {{ landed(rows, ['date', 'generated_at'], 'instant') }} as issued_at,
        {{ landed(rows, ['paid_at', 'refunded_at'], 'instant') }} as paid_at,
        {{ landed(rows, 'voided_at', 'instant') }} as voided_at,
        coalesce({{ landed(rows, 'deleted', 'boolean') }}, false) or coalesce({{ landed(rows, '_fivetran_deleted', 'boolean') }}, false) as is_deleted,
        {{ landed(rows, 'updated_at', 'instant') }} as updated_at,
        {{ landed_at(rows) }} as landed_at
    from {{ rows.sql }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

documents as (
    select
        *,
        row_number() over (
            partition by document_id, is_credit order by updated_at desc nulls last, landed_at desc nulls last, paid_at desc nulls last
        ) as recency
    from landed_documents
),

landed_lines as (
    {% for rows, lines, key, is_credit in kinds %}
    {%- set holder = rows if lines.columns is none else lines %}
    select
        {{ is_credit }} as is_credit,
        {{ landed(rows, 'id', 'id') if lines.columns is none else landed(lines, key, 'id') }} as document_id,
        {{ landed(lines, 'id', 'id') }} as line_id,
        {{ landed(lines, 'subscription_id', 'id') }} as subscription_id,
        {{ landed(lines, 'customer_id', 'id') }} as customer_id,
        lower({{ landed(lines, 'entity_type') }}) as entity_type,
        {{ landed(lines, 'entity_id', 'id') }} as price_id,
        {% for column in ['quantity', 'quantity_in_decimal', 'amount', 'amount_in_decimal', 'discount_amount', 'tax_amount', 'tax_rate'] -%}
        {{ landed(lines, column, 'number') }} as {{ column }},
        {% endfor -%}
        {{ landed(lines, 'date_from', 'instant') }} as period_started_at,
        {{ landed(lines, 'date_to', 'instant') }} as period_ended_at,
        dense_rank() over (
            partition by {{ landed(rows, 'id', 'id') if lines.columns is none else landed(lines, key, 'id') }}
            order by {{ landed(holder, 'updated_at', 'instant') }} desc nulls last, {{ landed_at(holder) }} desc nulls last
        ) as version_recency
    from {{ lines.sql }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- Of a document that was loaded twice the lines of its newest version.
ordered_lines as (
    select
        *,
        row_number() over (partition by document_id, is_credit, line_id order by version_recency asc, amount desc) as recency
    from landed_lines
    where line_id is not null and (version_recency = 1 or {{ 'false' if kinds[0][1].columns is none else 'not is_credit' }})
)

select
    lines.is_credit,
    lines.document_id,
    lines.line_id,
    coalesce(lines.customer_id, documents.customer_id) as customer_id,
    coalesce(lines.subscription_id, documents.subscription_id) as subscription_id,
    lines.entity_type,
    lines.price_id,
    coalesce(lines.quantity_in_decimal, lines.quantity) as quantity,
    coalesce(lines.amount_in_decimal, lines.amount / power(10, currencies.decimal_places)) as amount,
    coalesce(lines.discount_amount, 0) / power(10, currencies.decimal_places) as discount_amount,
    coalesce(lines.tax_amount, 0) / power(10, currencies.decimal_places) as tax_amount,
    case when documents.price_type = 'tax_inclusive' then lines.tax_rate / 100.0 end as included_tax_rate,
    documents.currency,
    case when documents.is_deleted then 'voided' else documents.status end as status,
    documents.issued_at,
    documents.paid_at,
    documents.voided_at,
    lines.period_started_at,
    -- A period may end with its last second.
    case when extract(second from lines.period_ended_at) = 59 then lines.period_ended_at + interval '1' second else lines.period_ended_at end
        as period_ended_at,
    documents.landed_at
from ordered_lines as lines
inner join documents on lines.document_id = documents.document_id and lines.is_credit = documents.is_credit and documents.recency = 1
left join currencies on documents.currency = currencies.currency
where lines.recency = 1
