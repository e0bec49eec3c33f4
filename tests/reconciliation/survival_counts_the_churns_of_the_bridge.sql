-- The churns that survival is fitted to are those of the MRR movements, over all segments and by term.
with

parameters as (select * from {{ ref('retention_parameters') }}),

churns as (

    select coalesce(sum(churn_customer_count), 0) as churn_count
    from {{ ref('int_mrr_months') }}

),

level_names as (

    select 'all' as segment_level

    union all

    select 'terms' as segment_level

    union all

    select 'segments' as segment_level

),

levels as (

    select
        case
            when parent_survival_segment is null then 'all'
            when parent_survival_segment = 'all' then 'terms'
            else 'segments'
        end as segment_level,
        sum(churn_count) as churn_count
    from parameters
    group by
        case
            when parent_survival_segment is null then 'all'
            when parent_survival_segment = 'all' then 'terms'
            else 'segments'
        end

)

select
    level_names.segment_level,
    levels.churn_count,
    churns.churn_count as bridge_churn_count
from level_names
cross join churns
left join levels on level_names.segment_level = levels.segment_level
where coalesce(levels.churn_count, 0) <> churns.churn_count
