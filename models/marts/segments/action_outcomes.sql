-- Grain: one row per comparison (peers, hold_out) and play (all, each).
with

cases as (

    select
        comparison,
        play,
        activity_month,
        segment_name,
        probability_band,
        cast(case when has_churned then 1 else 0 end as {{ type_double() }}) as churn
    from {{ ref('int_action_cases') }}

),

-- Customers of the same month, segment and band of probability that were not acted on.
peer_groups as (

    select
        comparison,
        activity_month,
        segment_name,
        probability_band,
        count(*) as case_count,
        avg(churn) as churn_rate,
        -- Half a churn and half a stay more: a few customers that all stayed do not prove that nobody leaves.
        (sum(churn) + 0.5) / (count(*) + 1) as expected_rate
    from cases
    where play is null
    group by comparison, activity_month, segment_name, probability_band

),

acted_groups as (

    select
        comparison,
        play,
        activity_month,
        segment_name,
        probability_band,
        count(*) as case_count,
        sum(churn) as churn_count
    from cases
    where play is not null
    group by comparison, play, activity_month, segment_name, probability_band

),

-- All that were acted on of the same peer group share its chance.
matches as (

    select
        acted_groups.comparison,
        acted_groups.play,
        case when peer_groups.case_count is null then acted_groups.case_count else 0 end as unmatched_case_count,
        case when peer_groups.case_count is null then 0 else acted_groups.case_count end as case_count,
        case when peer_groups.case_count is null then 0 else acted_groups.churn_count end as churn_count,
        peer_groups.case_count as peer_case_count,
        acted_groups.case_count * peer_groups.churn_rate as peer_churn_count,
        power(acted_groups.case_count, 2) * peer_groups.expected_rate * (1 - peer_groups.expected_rate)
        / peer_groups.case_count as peer_variance
    from acted_groups
    left join peer_groups
        on
            acted_groups.comparison = peer_groups.comparison
            and acted_groups.activity_month = peer_groups.activity_month
            and acted_groups.segment_name = peer_groups.segment_name
            and acted_groups.probability_band = peer_groups.probability_band

),

totals as (

    select
        comparison,
        play,
        sum(unmatched_case_count) as unmatched_case_count,
        sum(case_count) as case_count,
        sum(peer_case_count) as peer_case_count,
        sum(churn_count) / nullif(sum(case_count), 0) as churn_rate,
        sum(peer_churn_count) / nullif(sum(case_count), 0) as peer_churn_rate,
        (sum(churn_count) + 0.5) / (sum(case_count) + 1) as expected_rate,
        sum(peer_variance) / nullif(power(sum(case_count), 2), 0) as peer_variance
    from matches
    group by comparison, play

),

errors as (

    select
        comparison,
        play,
        {{ var('confidence_z_score') }}
        * sqrt(expected_rate * (1 - expected_rate) / nullif(case_count, 0) + peer_variance) as half_width
    from totals

)

select
    totals.comparison,
    totals.play,
    totals.comparison = 'hold_out' as is_experiment,
    cast(totals.case_count as {{ dbt.type_bigint() }}) as case_count,
    cast(totals.unmatched_case_count as {{ dbt.type_bigint() }}) as unmatched_case_count,
    cast(coalesce(totals.peer_case_count, 0) as {{ dbt.type_bigint() }}) as peer_case_count,
    cast(totals.churn_rate as {{ type_rate() }}) as churn_rate,
    cast(totals.peer_churn_rate as {{ type_rate() }}) as peer_churn_rate,
    cast(totals.churn_rate - totals.peer_churn_rate as {{ type_rate() }}) as churn_rate_difference,
    cast(totals.churn_rate - totals.peer_churn_rate - errors.half_width as {{ type_rate() }}) as difference_low_rate,
    cast(totals.churn_rate - totals.peer_churn_rate + errors.half_width as {{ type_rate() }}) as difference_high_rate
from totals
inner join errors on totals.comparison = errors.comparison and totals.play = errors.play
