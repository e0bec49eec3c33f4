-- NPS of the last complete month by segment, of a year's answers, with its interval and the change on the year before.
with

scores as (

    select
        activity_month,
        nps_value,
        response_count,
        nps_score,
        nps_low,
        nps_high,
        nps_change,
        dense_rank() over (order by activity_month desc) as recency
    from {{ ref('nps_monthly') }}
    where nps_dimension = 'segment' and nps_window = 'year' and not is_partial_month

)

select
    activity_month,
    nps_value as segment_name,
    response_count,
    nps_score,
    nps_low,
    nps_high,
    nps_change
from scores
where recency = 1
order by nps_score desc nulls last, nps_value asc
