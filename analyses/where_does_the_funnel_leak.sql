-- By channel and stage: conversion, days between stages, and how many dropped off or may be approached again.
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
