-- Grain: one row per subscription item of a running term: what it pays, since when, and what a price rise would bring.
{%- set item_log = 'partition by subscription_id, item_id order by changed_at asc' %}
with

item_terms as (select * from {{ ref('int_item_terms') }}),

entries as (select * from {{ ref('int_subscription_log') }}),

item_months as (select * from {{ ref('int_subscription_item_months') }}),

plans as (select * from {{ ref('stg_plans') }}),

months as (select * from {{ ref('int_months') }}),

price_indices as (

    select
        index_year,
        price_index,
        lead(index_year) over (order by index_year asc) as next_index_year
    from {{ ref('price_indices') }}

),

price_log as (

    select
        subscription_id,
        item_id,
        changed_at,
        coalesce(
            unit_amount = lag(unit_amount) over ({{ item_log }})
            and currency = lag(currency) over ({{ item_log }})
            and plan_id = lag(plan_id) over ({{ item_log }}),
            false
        ) as is_same_price
    from entries
    where mrr_list_own_amount > 0

),

price_starts as (

    select
        subscription_id,
        item_id,
        cast(max(case when not is_same_price then changed_at end) as date) as price_since_date
    from price_log
    group by subscription_id, item_id

)

select
    item_terms.term_id,
    item_terms.item_id,
    price_starts.price_since_date,
    coalesce(item_months.mrr_amount, 0) as mrr_amount,
    -- The index of the last full year before the renewal against that before the price was set.
    cast(
        item_months.mrr_amount * (
            cast(later_indices.price_index as {{ type_double() }}) / earlier_indices.price_index - 1
        ) as {{ type_amount() }}
    ) as index_rise_mrr_amount,
    -- Plans join in the item's own currency: a price in another one cannot be compared.
    {{ list_price_rise(
        'item_months.quantity', 'plans', 'item_months.exchange_rate',
        'item_months.mrr_amount', 'item_months.mrr_list_amount'
    ) }} as list_gap_mrr_amount
from item_terms
inner join months on months.is_as_of_month
left join item_months
    on
        item_terms.subscription_id = item_months.subscription_id
        and item_terms.item_id = item_months.item_id
        and months.activity_month = item_months.activity_month
left join price_starts
    on item_terms.subscription_id = price_starts.subscription_id and item_terms.item_id = price_starts.item_id
left join plans on item_terms.plan_id = plans.plan_id and item_months.currency = plans.currency
left join price_indices as earlier_indices
    on
        extract(year from price_starts.price_since_date) - 1 >= earlier_indices.index_year
        and coalesce(extract(year from price_starts.price_since_date) - 1 < earlier_indices.next_index_year, true)
left join price_indices as later_indices
    on
        extract(year from item_terms.renewal_date) - 1 >= later_indices.index_year
        and coalesce(extract(year from item_terms.renewal_date) - 1 < later_indices.next_index_year, true)
where item_terms.over_date is null
