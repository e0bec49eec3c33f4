-- Every annotation that is staged stands in its mart, in its month.
with

staged_annotations as (

    select
        {{ month_start('happened_on') }} as activity_month,
        count(*) as annotation_count
    from {{ ref('stg_annotations') }}
    group by {{ month_start('happened_on') }}

),

shown_annotations as (

    select
        activity_month,
        count(*) as annotation_count
    from {{ ref('annotations') }}
    group by activity_month

)

select
    staged_annotations.activity_month,
    staged_annotations.annotation_count as expected_count,
    shown_annotations.annotation_count
from staged_annotations
full outer join shown_annotations on staged_annotations.activity_month = shown_annotations.activity_month
where coalesce(staged_annotations.annotation_count, 0) <> coalesce(shown_annotations.annotation_count, 0)
