-- Grain: one row per acquisition channel, month of the lead, and stage; also of all channels, and of all months.
with

steps as (select * from {{ ref('int_funnel_steps') }}),

stages as (select * from {{ ref('funnel_stages') }}),

run_settings as (select * from {{ ref('run_settings') }}),

-- Each prospect counts four times: by channel and month, by either, and among all.
splits as (

    {{ numbers(4) }}

),

-- Without any lead it is not known what leads did: what they took, bought first and were offered on leaving.
lead_records as (

    select max(case when has_lead then 1 else 0 end) = 1 as has_leads
    from steps

),

counts as (

    select
        case when splits.n in (1, 2) then steps.acquisition_channel else 'all' end as acquisition_channel,
        case when splits.n in (1, 3) then steps.lead_month end as lead_month,
        steps.funnel_stage,
        count(*) as lead_count,
        sum(case when steps.has_reached then 1 else 0 end) as reached_count,
        sum(case when steps.has_reached_previous then 1 else 0 end) as previous_count,
        sum(case when steps.has_stepped then 1 else 0 end) as step_count,
        percentile_cont(0.5) within group (
            order by cast(case when steps.has_stepped then steps.step_days end as {{ type_double() }})
        ) as median_step_days,
        sum(case when steps.is_standing then 1 else 0 end) as standing_count,
        sum(case when steps.has_dropped_off then 1 else 0 end) as drop_off_count,
        sum(case when steps.has_dropped_off and not steps.has_exit_offer then 1 else 0 end) as reapproach_count
    from steps
    cross join splits
    group by
        case when splits.n in (1, 2) then steps.acquisition_channel else 'all' end,
        case when splits.n in (1, 3) then steps.lead_month end,
        steps.funnel_stage

)

select
    counts.acquisition_channel,
    counts.lead_month,
    counts.funnel_stage,
    run_settings.as_of_date,
    stages.stage_rank,
    cast(counts.lead_count as {{ dbt.type_bigint() }}) as lead_count,
    cast(counts.reached_count as {{ dbt.type_bigint() }}) as reached_count,
    {{ rate('counts.reached_count', 'counts.lead_count') }} as reached_rate,
    stages.previous_stage,
    case
        when lead_records.has_leads or stages.funnel_stage <> 'customer'
            then cast(counts.step_count as {{ dbt.type_bigint() }})
    end as step_count,
    case when stages.previous_stage <> '' then {{ rate('counts.step_count', 'counts.previous_count') }} end
        as step_rate,
    cast(counts.median_step_days as {{ type_rate() }}) as median_step_days,
    cast(counts.standing_count as {{ dbt.type_bigint() }}) as standing_count,
    cast(counts.drop_off_count as {{ dbt.type_bigint() }}) as drop_off_count,
    case when lead_records.has_leads then cast(counts.reapproach_count as {{ dbt.type_bigint() }}) end
        as reapproach_count,
    stages.way_back
from counts
cross join run_settings
cross join lead_records
inner join stages on counts.funnel_stage = stages.funnel_stage
where lead_records.has_leads or stages.funnel_stage not in ('opted_in', 'trip_wire_buyer')
