-- Grain: one row per day and title.
with

annotations as (select * from {{ ref('stg_annotations') }})

select
    happened_on as happened_date,
    {{ month_start('happened_on') }} as activity_month,
    title as annotation_title,
    text as annotation_text
from annotations
