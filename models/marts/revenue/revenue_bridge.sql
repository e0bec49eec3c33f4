-- Grain: one row per month, from the first subscription or invoice to the as-of day.
with

months as (select * from {{ ref('int_months') }}),

invoice_months as (select * from {{ ref('int_invoice_months') }}),

recurring_bills as (

    select
        activity_month,
        sum(mrr_amount) as mrr_amount,
        sum(mrr_discount_amount) as mrr_discount_amount,
        sum(not_billed_amount) as not_billed_amount,
        sum(billed_without_mrr_amount) as billed_without_mrr_amount,
        sum(price_difference_amount) as price_difference_amount,
        sum(billed_ahead_amount) as billed_ahead_amount,
        sum(discount_amount) as discount_amount
    from {{ ref('int_recurring_bills') }}
    group by activity_month

),

shown_months as (

    select activity_month
    from months

    union

    select activity_month
    from invoice_months

),

steps as (

    select
        shown_months.activity_month,
        coalesce(months.is_partial_month, false) as is_partial_month,
        cast(coalesce(recurring_bills.mrr_amount, 0) as {{ type_amount() }}) as mrr_amount,
        cast(coalesce(recurring_bills.mrr_discount_amount, 0) as {{ type_amount() }}) as mrr_discount_amount,
        cast(coalesce(recurring_bills.not_billed_amount, 0) as {{ type_amount() }}) as not_billed_amount,
        cast(coalesce(recurring_bills.billed_without_mrr_amount, 0) as {{ type_amount() }})
            as billed_without_mrr_amount,
        cast(coalesce(recurring_bills.price_difference_amount, 0) as {{ type_amount() }}) as price_difference_amount,
        cast(coalesce(recurring_bills.billed_ahead_amount, 0) as {{ type_amount() }}) as billed_ahead_amount,
        cast(coalesce(recurring_bills.discount_amount, 0) as {{ type_amount() }}) as discount_amount,
        cast(coalesce(invoice_months.recurring_amount, 0) as {{ type_amount() }}) as recurring_amount,
        cast(coalesce(invoice_months.proration_amount, 0) as {{ type_amount() }}) as proration_amount,
        cast(coalesce(invoice_months.one_off_amount, 0) as {{ type_amount() }}) as one_off_amount,
        cast(coalesce(invoice_months.usage_amount, 0) as {{ type_amount() }}) as usage_amount,
        cast(coalesce(invoice_months.credit_amount, 0) as {{ type_amount() }}) as credit_amount,
        cast(coalesce(invoice_months.tax_amount, 0) as {{ type_amount() }}) as tax_amount,
        cast(coalesce(invoice_months.invoiced_amount, 0) as {{ type_amount() }}) as invoiced_amount,
        cast(coalesce(invoice_months.void_amount, 0) as {{ type_amount() }}) as void_amount,
        cast(coalesce(invoice_months.uncollectible_amount, 0) as {{ type_amount() }}) as uncollectible_amount,
        cast(coalesce(invoice_months.open_amount, 0) as {{ type_amount() }}) as open_amount,
        cast(coalesce(invoice_months.paid_in_another_month_amount, 0) as {{ type_amount() }})
            as paid_in_another_month_amount,
        cast(coalesce(invoice_months.issued_in_another_month_amount, 0) as {{ type_amount() }})
            as issued_in_another_month_amount,
        cast(coalesce(invoice_months.collected_amount, 0) as {{ type_amount() }}) as collected_amount,
        cast(coalesce(invoice_months.refunded_amount, 0) as {{ type_amount() }}) as refunded_amount
    from shown_months
    left join months on shown_months.activity_month = months.activity_month
    left join invoice_months on shown_months.activity_month = invoice_months.activity_month
    left join recurring_bills on shown_months.activity_month = recurring_bills.activity_month

)

select
    activity_month,
    is_partial_month,
    mrr_amount,
    mrr_discount_amount,
    not_billed_amount,
    billed_without_mrr_amount,
    price_difference_amount,
    billed_ahead_amount,
    discount_amount,
    recurring_amount,
    proration_amount,
    one_off_amount,
    usage_amount,
    credit_amount,
    tax_amount,
    invoiced_amount,
    void_amount,
    uncollectible_amount,
    open_amount,
    paid_in_another_month_amount,
    issued_in_another_month_amount,
    collected_amount,
    refunded_amount,
    cast(collected_amount + refunded_amount as {{ type_amount() }}) as net_collected_amount,
    cast(
        mrr_amount + mrr_discount_amount + not_billed_amount + billed_without_mrr_amount
        + price_difference_amount + billed_ahead_amount + discount_amount
        + proration_amount + one_off_amount + usage_amount + credit_amount + tax_amount
        + void_amount + uncollectible_amount + open_amount + paid_in_another_month_amount
        + issued_in_another_month_amount - collected_amount as {{ type_amount() }}
    ) as residual_amount
from steps
