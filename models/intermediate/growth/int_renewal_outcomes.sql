-- Grain: one row per ended term of a subscription: what it paid before and after, and its outcome.
with

terms as (select * from {{ ref('int_contract_terms') }}),

renewal_items as (select * from {{ ref('int_renewal_items') }}),

exchange_rates as (select * from {{ ref('int_exchange_rates') }}),

-- Before and after at one exchange rate, that of the month in which the term ended.
converted_items as (

    select
        renewal_items.term_id,
        renewal_items.side,
        renewal_items.is_renewal,
        {{ converted_amount('renewal_items.mrr_own_amount', 'exchange_rates.exchange_rate') }} as mrr_amount
    from renewal_items
    left join exchange_rates
        on
            renewal_items.currency = exchange_rates.currency
            and exchange_rates.activity_month = {{ month_start('renewal_items.over_date') }}

),

totals as (

    select
        term_id,
        coalesce(sum(case when side = 'before' then mrr_amount end), 0) as mrr_amount,
        coalesce(sum(case when side = 'after' then mrr_amount end), 0) as next_mrr_amount,
        sum(case when side = 'after' then 1 else 0 end) as next_item_count,
        max(case when is_renewal then 1 else 0 end) as is_renewed
    from converted_items
    group by term_id

)

select
    terms.term_id,
    terms.over_date,
    cast(coalesce(totals.mrr_amount, 0) as {{ type_amount() }}) as mrr_amount,
    cast(coalesce(totals.next_mrr_amount, 0) as {{ type_amount() }}) as next_mrr_amount,
    case
        when coalesce(totals.next_item_count, 0) = 0 then 'lost'
        when totals.is_renewed = 0 then 'moved'
        when totals.next_mrr_amount > totals.mrr_amount then 'renewed_larger'
        when totals.next_mrr_amount < totals.mrr_amount then 'renewed_smaller'
        else 'renewed'
    end as renewal_outcome
from terms
left join totals on terms.term_id = totals.term_id
where terms.over_date is not null
