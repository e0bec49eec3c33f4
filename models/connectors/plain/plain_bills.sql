-- Grain: one row per row of the plain table bills.
-- Equal rows of one load are as many bills. The same row in a later load is the same bill, and so is a row of its
-- invoice, plan and day. What an invoice lists by unit prices and names no plan of is one bill: the goods of an order.
{{ config(enabled='plain_invoice_lines' in var('connectors') | string) }}
with

received_bills as (select * from {{ source('plain', 'bills') }}),

words as (select * from {{ ref('words') }}),

rows_of_bills as (

    select
        *,
        coalesce(amount, unit_amount * coalesce(quantity, 1)) as billed_amount,
        amount is null and unit_amount is not null and plan_id is null and customer_id is not null
        and unreadable_value is null and invoice_id is not null as is_of_goods
    from received_bills

),

bills as (

    {% set columns = ['customer_id', 'billed_on', 'plan_id', 'invoice_id', 'currency', 'status', 'paid_on', 'unreadable_value', 'loaded_at'] -%}
    select
        {{ columns | join(', ') }},
        quantity,
        billed_amount
    from rows_of_bills
    where not is_of_goods

    union all

    select
        {{ columns | join(', ') }},
        -- Of different goods there is no number.
        case when count(*) = 1 then max(quantity) end as quantity,
        sum(billed_amount) as billed_amount
    from rows_of_bills
    where is_of_goods
    group by {{ columns | join(', ') }}, billed_amount < 0

),

read_bills as (

    select
        bills.customer_id,
        bills.billed_on,
        bills.billed_amount as amount,
        bills.plan_id,
        bills.invoice_id,
        case when bills.billed_amount < 0 then abs(bills.quantity) else bills.quantity end as quantity,
        bills.paid_on,
        coalesce(words.means, {{ folded_word('bills.status') }}, 'paid') as status,
        bills.status is null as is_status_inferred,
        bills.unreadable_value,
        bills.loaded_at,
        coalesce({{ folded_code('bills.currency') }}, {{ word_var('default_currency') }}) as currency,
        coalesce({{ trimmed('bills.customer_id') }}, '') as customer_key,
        coalesce({{ trimmed('bills.plan_id') }}, '') as plan_key,
        coalesce({{ trimmed('bills.invoice_id') }}, '') as invoice_key,
        case
            when {{ trimmed('bills.invoice_id') }} is null
                then coalesce(cast(bills.billed_amount as {{ dbt.type_string() }}), '')
            when bills.billed_amount < 0 then 'credit'
            else ''
        end as amount_key
    from bills
    left join words
        on
            {{ folded_word('bills.status') }} = words.word
            and words.input_name = 'invoice_lines'
            and words.column_name = 'status'

),

named_bills as (

    select
        *,
        customer_key || '|' || plan_key || '|' || coalesce(currency, '') as subscription_id,
        customer_key || '|' || plan_key || '|' || coalesce(currency, '') || '|' || invoice_key
        || '|' || coalesce(cast(billed_on as {{ dbt.type_string() }}), '') || '|' || amount_key
        || '|' || cast(row_number() over (
            partition by customer_key, plan_key, currency, invoice_key, billed_on, amount_key, loaded_at
            order by amount asc, quantity asc, status asc, paid_on asc, unreadable_value asc
        ) as {{ dbt.type_string() }}) as bill_id
    from read_bills

)

select
    bill_id,
    subscription_id,
    customer_id,
    plan_id,
    currency,
    invoice_id,
    billed_on,
    amount,
    quantity,
    status,
    -- Without a status a bill counts as paid, on its day where no other is stated.
    case when is_status_inferred then coalesce(paid_on, billed_on) else paid_on end as paid_on,
    unreadable_value,
    loaded_at,
    -- What staging rejects, what was taken back and what was never in force is no part of a series.
    row_number() over (partition by bill_id order by loaded_at desc, amount asc, quantity asc) = 1
    and unreadable_value is null
    and customer_key <> ''
    and coalesce(cast(billed_on as timestamp) <= {{ local_time('loaded_at') }}, false)
    and coalesce(amount >= 0 and amount < {{ var('number_limit') }}, false)
    and coalesce(quantity, 1) >= 0
    and status in ('open', 'paid', 'uncollectible') as may_recur
from named_bills
