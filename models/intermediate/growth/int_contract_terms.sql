-- Grain: one row per subscription and term: its items that began and renew on the same days.
with

item_terms as (

    select
        *,
        row_number() over (
            partition by term_id
            order by case when over_date is null then 0 else 1 end asc, mrr_own_amount desc, item_id asc
        ) as item_rank
    from {{ ref('int_item_terms') }}

)

select
    term_id,
    subscription_id,
    term_started_date,
    renewal_date,
    min(renewal_months) as term_months,
    -- Customer and plan are those of the largest item.
    max(case when item_rank = 1 then customer_id end) as customer_id,
    max(case when item_rank = 1 then plan_id end) as plan_id,
    count(*) as item_count,
    max(notice_days) as notice_days,
    min(case when is_auto_renewing then 1 else 0 end) = 1 as is_auto_renewing,
    max(case when is_contract then 1 else 0 end) = 1 as is_contract,
    case when count(over_date) = count(*) then max(over_date) end as over_date
from item_terms
group by term_id, subscription_id, term_started_date, renewal_date
