-- Grain: one row per refund that succeeded and that no credit note states, and per dispute whose money is gone, with its invoice, in
-- minor units.
{{ config(enabled='stripe' in var('connectors') | string) }}
{%- set rows = landed_table('stripe', ['refund', 'refunds'], 'refunds') %}
{%- set disputes = landed_table('stripe', ['dispute', 'disputes'], 'disputes') %}
{%- set moves = landed_list(disputes, 'balance_transactions', 'moves') %}
{%- set charges = landed_table('stripe', ['charge', 'charges'], 'charges') %}
{%- set payments = landed_table('stripe', ['invoice_payment', 'invoice_payments'], 'payments') %}
{%- set invoices = landed_table('stripe', ['invoice', 'invoices'], 'invoices') %}
{%- set notes = landed_table('stripe', ['credit_note', 'credit_notes'], 'notes') %}
{%- set note_refunds = landed_list(notes, 'refunds', 'note_refunds', ['credit_note__refunds']) %}
with

-- A dispute takes its money when it is opened, and gives it back when it is won. An inquiry takes none.
withdrawals as (
    select
        {{ landed(disputes, 'id', 'id') }} as refund_id,
        min(case when {{ landed(moves, 'amount', 'number') }} < 0 then {{ landed(moves, 'created', 'instant') }} end) as withdrawn_at
    from {{ moves.sql }}
    group by 1
),

landed_refunds as (
    {% for place, done in [[rows, "'succeeded'"], [disputes, "'needs_response', 'under_review', 'lost'"]] %}
    select
        {{ landed(place, 'id', 'id') }} as refund_id,
        {{ landed(place, ['charge.id', 'charge_id', 'charge'], 'id') }} as charge_id,
        {{ landed(place, ['payment_intent.id', 'payment_intent_id', 'payment_intent'], 'id') }} as payment_intent_id,
        {{ landed(place, 'amount', 'number') }} as amount,
        {{ landed(place, 'currency') }} as currency,
        {{ landed(place, 'created', 'instant') }} as created_at,
        coalesce({{ landed(place, 'status') }}{{ ", 'succeeded'" if loop.first else ", ''" }}) in ({{ done }})
        and coalesce({{ landed(place, 'livemode', 'boolean') }}, true) as is_done,
        {{ landed_at(place) }} as landed_at
    from {{ place.sql }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

refunds as (
    select
        *,
        row_number() over (partition by refund_id order by landed_at desc nulls last, is_done asc) as recency
    from landed_refunds
),

-- How an invoice was paid: said by its charge, by its payments, or by the invoice itself, as the version of the API has it.
payments as (

    select
        {{ landed(charges, ['invoice.id', 'invoice_id', 'invoice'], 'id') }} as invoice_id,
        {{ landed(charges, 'id', 'id') }} as payment_id
    from {{ charges.sql }}

    union all

    select
        {{ landed(charges, ['invoice.id', 'invoice_id', 'invoice'], 'id') }} as invoice_id,
        {{ landed(charges, ['payment_intent.id', 'payment_intent_id', 'payment_intent'], 'id') }} as payment_id
    from {{ charges.sql }}

    union all

    select
        {{ landed(payments, ['invoice.id', 'invoice_id', 'invoice'], 'id') }} as invoice_id,
        {{ landed(payments, ['payment.payment_intent', 'payment_intent_id', 'payment.charge', 'charge_id'], 'id') }} as payment_id
    from {{ payments.sql }}

    union all

    select
        {{ landed(invoices, 'id', 'id') }} as invoice_id,
        {{ landed(invoices, ['charge.id', 'charge_id', 'charge'], 'id') }} as payment_id
    from {{ invoices.sql }}

    union all

    select
        {{ landed(invoices, 'id', 'id') }} as invoice_id,
        {{ landed(invoices, ['payment_intent.id', 'payment_intent_id', 'payment_intent'], 'id') }} as payment_id
    from {{ invoices.sql }}

),

paid_invoices as (
    select
        payment_id,
        min(invoice_id) as invoice_id
    from payments
    where invoice_id is not null and payment_id is not null
    group by payment_id
),

credited_refunds as (

    select {{ landed(notes, ['refund.id', 'refund_id', 'refund'], 'id') }} as refund_id
    from {{ notes.sql }}
    where coalesce({{ landed(notes, 'status') }}, 'issued') <> 'void'

    union distinct

    select {{ landed(note_refunds, ['refund.id', 'refund'], 'id') }} as refund_id
    from {{ note_refunds.sql }}
    where coalesce({{ landed(notes, 'status') }}, 'issued') <> 'void'

)

select
    refunds.refund_id,
    coalesce(by_charge.invoice_id, by_intent.invoice_id) as invoice_id,
    refunds.amount,
    refunds.currency,
    coalesce(withdrawals.withdrawn_at, refunds.created_at) as refunded_at,
    refunds.landed_at
from refunds
left join withdrawals on refunds.refund_id = withdrawals.refund_id
left join paid_invoices as by_charge on refunds.charge_id = by_charge.payment_id
left join paid_invoices as by_intent on refunds.payment_intent_id = by_intent.payment_id
left join credited_refunds as credited on refunds.refund_id = credited.refund_id
where refunds.recency = 1 and refunds.is_done and credited.refund_id is null
