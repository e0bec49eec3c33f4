-- The amounts of an input that carries money are of every row that was received, but for those of internal customers.
with

amounts as (

    select
        input_name,
        sum(row_count) as row_count
    from {{ ref('input_amounts') }}
    group by input_name

),

internal_rows as (

    select
        input_name,
        count(*) as row_count
    from {{ ref('rejected_rows') }}
    where reject_reason = 'internal_customer'
    group by input_name

)

select
    inputs.input_name,
    inputs.raw_row_count,
    internal_rows.row_count as internal_row_count,
    amounts.row_count
from {{ ref('input_reconciliation') }} as inputs
left join amounts on inputs.input_name = amounts.input_name
left join internal_rows on inputs.input_name = internal_rows.input_name
where
    inputs.input_name in (
        'subscription_changes'
        {%- for input_name, contract in input_contracts().items() if contract.meta.amount_at_stake -%}
        , '{{ input_name }}'
        {%- endfor %}
    )
    and inputs.raw_row_count - coalesce(internal_rows.row_count, 0) <> coalesce(amounts.row_count, 0)
