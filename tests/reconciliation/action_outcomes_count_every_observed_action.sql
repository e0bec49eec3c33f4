-- Every customer that was acted on in a month counts once among all plays, if it was in the list before and its outcome
-- is known.
{{ config(group='segments') }}
with

acted_months as (

    select distinct
        customer_id,
        {{ month_start('done_on') }} as activity_month
    from {{ ref('stg_actions') }}

),

ranks as (select * from {{ ref('int_priority_ranks') }}),

expected as (

    select count(*) as case_count
    from acted_months
    inner join ranks
        on acted_months.customer_id = ranks.customer_id and acted_months.activity_month = ranks.activity_month
    inner join ranks as earlier_ranks
        on
            acted_months.customer_id = earlier_ranks.customer_id
            and {{ add_months('acted_months.activity_month', -1) }} = earlier_ranks.activity_month
    where ranks.is_observed

),

found as (

    select coalesce(sum(case_count + unmatched_case_count), 0) as case_count
    from {{ ref('action_outcomes') }}
    where comparison = 'peers' and play = 'all'

)

select
    expected.case_count as expected_case_count,
    found.case_count
from expected
cross join found
where expected.case_count <> found.case_count
