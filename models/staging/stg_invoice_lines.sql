-- Grain: one row per invoice line.
with

versions as (

    select
        *,
        count(*) over (partition by invoice_line_id) as version_count,
        min(loaded_at) over (partition by invoice_line_id) as first_loaded_at,
        row_number() over (
            partition by invoice_line_id
            order by
                loaded_at desc,
                {{ row_text([
                    'invoice_id', 'customer_id', 'subscription_id', 'item_id', 'plan_id', 'kind',
                    'issued_at', 'period_start_at', 'period_end_at', 'quantity', 'amount',
                    'discount_amount', 'tax_amount', 'currency', 'status', 'paid_at',
                    'refunded_amount', 'refunded_at'
                ]) }} asc
        ) as version_number
    from {{ ref('base_invoice_lines') }}
    where reject_reason is null

)

select
    invoice_line_id,
    invoice_id,
    surviving_customer_id as customer_id,
    subscription_id,
    item_id,
    plan_id,
    kind,
    issued_at,
    period_start_at,
    period_end_at,
    cast(quantity as {{ type_amount() }}) as quantity,
    cast(amount as {{ type_amount() }}) as amount,
    cast(coalesce(discount_amount, 0) as {{ type_amount() }}) as discount_amount,
    cast(coalesce(tax_amount, 0) as {{ type_amount() }}) as tax_amount,
    currency,
    status,
    paid_at,
    cast(coalesce(refunded_amount, 0) as {{ type_amount() }}) as refunded_amount,
    refunded_at,
    loaded_at,
    first_loaded_at,
    version_count
from versions
where version_number = 1
