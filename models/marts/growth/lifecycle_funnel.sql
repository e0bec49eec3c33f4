-- Grain: one row per acquisition channel, month in which leads came in, and stage; also of all channels, of all months.
with

steps as (

    select * from {{ ref('int_funnel_steps') }}

),

stages as (

    select * from {{ ref('funnel_stages') }}

),

run_settings as (

    select * from {{ ref('run_settings') }}

),

counts as (

    select
        coalesce(acquisition_channel, 'all') as acquisition_channel,
        lead_month,
        funnel_stage,
        count(*) as lead_count,
        sum(case when has_reached then 1 else 0 end) as reached_count,
        sum(case when has_reached_previous then 1 else 0 end) as previous_count,
        sum(case when has_stepped then 1 else 0 end) as step_count,
        percentile_cont(0.5) within group (order by cast(case when has_stepped then step_days end as {{ type_double() }}))
            as median_step_days,
        sum(case when is_standing then 1 else 0 end) as standing_count,
        sum(case when has_dropped_off then 1 else 0 end) as drop_off_count,
        sum(case when has_dropped_off and not has_exit_offer then 1 else 0 end) as reapproach_count
    from steps
    group by grouping sets (
        (funnel_stage),
        (funnel_stage, acquisition_channel),
        (funnel_stage, lead_month),
        (funnel_stage, acquisition_channel, lead_month)
    )

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
    cast(counts.step_count as {{ dbt.type_bigint() }}) as step_count,
    case when stages.previous_stage <> '' then {{ rate('counts.step_count', 'counts.previous_count') }} end as step_rate,
    cast(counts.median_step_days as {{ type_rate() }}) as median_step_days,
    cast(counts.standing_count as {{ dbt.type_bigint() }}) as standing_count,
    cast(counts.drop_off_count as {{ dbt.type_bigint() }}) as drop_off_count,
    cast(counts.reapproach_count as {{ dbt.type_bigint() }}) as reapproach_count,
    stages.way_back
from counts
cross join run_settings
inner join stages on counts.funnel_stage = stages.funnel_stage
