-- By channel and stage: who goes on, how fast, and how many wait to be approached again.
select
    acquisition_channel,
    stage_rank,
    funnel_stage,
    reached_count,
    reached_rate,
    step_rate,
    median_step_days,
    standing_count,
    drop_off_count,
    reapproach_count,
    way_back
from {{ ref('lifecycle_funnel') }}
where lead_month is null
order by acquisition_channel asc, stage_rank asc
