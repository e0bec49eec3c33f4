-- Grain: one row per customer and month with an onboarding step done in its first days, as it was known then.
with

steps as (select * from {{ ref('int_onboarding_steps') }}),

months as (select * from {{ ref('int_months') }})

select
    steps.customer_id,
    months.activity_month,
    count(*) as onboarding_step_count
from steps
inner join months on steps.done_date < months.month_end_at and steps.known_date < months.month_end_at
group by steps.customer_id, months.activity_month
