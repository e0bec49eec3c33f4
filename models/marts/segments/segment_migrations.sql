-- Grain: one row per month, segment at its start and segment at its end (filter: with customers).
with

segment_months as (select * from {{ ref('int_segment_months') }}),

months as (select * from {{ ref('int_months') }}),

-- Each customer-month twice: as the segment before, in the month after, and as the segment now.
states as (

    select
        {{ add_months('activity_month', 1) }} as activity_month,
        customer_id,
        segment_name as from_segment_name,
        cast(null as {{ dbt.type_string() }}) as to_segment_name,
        mrr_amount as from_mrr_amount,
        0 as to_mrr_amount
    from segment_months

    union all

    select
        activity_month,
        customer_id,
        cast(null as {{ dbt.type_string() }}) as from_segment_name,
        segment_name as to_segment_name,
        0 as from_mrr_amount,
        mrr_amount as to_mrr_amount
    from segment_months

),

moves as (

    select
        activity_month,
        customer_id,
        coalesce(max(from_segment_name), 'none') as from_segment_name,
        coalesce(max(to_segment_name), 'none') as to_segment_name,
        sum(from_mrr_amount) as from_mrr_amount,
        sum(to_mrr_amount) as to_mrr_amount
    from states
    group by activity_month, customer_id

),

first_month as (

    select min(activity_month) as first_activity_month
    from segment_months

)

select
    moves.activity_month,
    months.is_partial_month,
    moves.from_segment_name,
    moves.to_segment_name,
    count(*) as customer_count,
    cast(sum(moves.from_mrr_amount) as {{ type_amount() }}) as opening_mrr_amount,
    cast(sum(moves.to_mrr_amount) as {{ type_amount() }}) as closing_mrr_amount
from moves
inner join months on moves.activity_month = months.activity_month
cross join first_month
-- In the first month of the history no segment before is known.
where moves.activity_month > first_month.first_activity_month
group by moves.activity_month, months.is_partial_month, moves.from_segment_name, moves.to_segment_name
