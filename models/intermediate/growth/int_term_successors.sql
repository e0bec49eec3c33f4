-- Grain: one row per ended term and subscription that can continue it.
with

terms as (select * from {{ ref('int_contract_terms') }}),

plan_changes as (select * from {{ ref('int_plan_changes') }})

select
    term_id,
    subscription_id,
    term_months,
    renewal_date,
    over_date,
    over_date as next_date
from terms
where over_date is not null

union all

select
    terms.term_id,
    plan_changes.next_subscription_id as subscription_id,
    terms.term_months,
    terms.renewal_date,
    terms.over_date,
    -- Items may go on one after the other: together from the last of these days on.
    max(cast(plan_changes.continued_at as date)) as next_date
from terms
inner join plan_changes
    on
        terms.subscription_id = plan_changes.subscription_id
        and terms.over_date = cast(plan_changes.ended_at as date)
        and terms.subscription_id <> plan_changes.next_subscription_id
group by
    terms.term_id,
    plan_changes.next_subscription_id,
    terms.term_months,
    terms.renewal_date,
    terms.over_date
