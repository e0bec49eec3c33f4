-- Grain: one row per ended term, side (before, after) and subscription item: what was in force then.
with

terms as (select * from {{ ref('int_contract_terms') }}),

item_terms as (select * from {{ ref('int_item_terms') }}),

entries as (select * from {{ ref('int_contract_periods') }}),

successors as (select * from {{ ref('int_term_successors') }}),

items_before as (

    select
        terms.term_id,
        terms.over_date,
        entries.subscription_id,
        entries.item_id,
        item_terms.item_id is not null as is_of_term,
        entries.currency,
        case
            when entries.discount_end_date < terms.over_date then entries.mrr_list_own_amount
            else entries.mrr_own_amount
        end as mrr_own_amount
    from terms
    inner join entries
        on
            terms.subscription_id = entries.subscription_id
            and terms.over_date > entries.valid_from_date
            and coalesce(terms.over_date <= entries.valid_until_date, true)
    left join item_terms on terms.term_id = item_terms.term_id and entries.item_id = item_terms.item_id

),

items_after as (

    select
        successors.term_id,
        successors.over_date,
        entries.subscription_id,
        entries.item_id,
        entries.currency,
        -- Before the renewal another contract that goes on as it was is a move; so is a term of another length.
        entries.is_fixed_term
        and entries.renewal_months = successors.term_months
        and (successors.over_date = successors.renewal_date or entries.first_term_date >= successors.over_date)
            as is_renewal,
        case
            when entries.discount_end_date <= successors.next_date then entries.mrr_list_own_amount
            else entries.mrr_own_amount
        end as mrr_own_amount
    from successors
    inner join entries
        on
            successors.subscription_id = entries.subscription_id
            and successors.next_date >= entries.valid_from_date
            and coalesce(successors.next_date < entries.valid_until_date, true)
    left join items_before
        on
            successors.term_id = items_before.term_id
            and entries.subscription_id = items_before.subscription_id
            and entries.item_id = items_before.item_id
    -- Items that the subscription had on other terms before are no part of the renewal.
    where coalesce(items_before.is_of_term, true)

)

select
    term_id,
    over_date,
    'before' as side,
    subscription_id,
    item_id,
    cast(null as boolean) as is_renewal,
    currency,
    mrr_own_amount
from items_before
where is_of_term

union all

select
    term_id,
    over_date,
    'after' as side,
    subscription_id,
    item_id,
    is_renewal,
    currency,
    mrr_own_amount
from items_after
