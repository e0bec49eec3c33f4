-- The churns that survival is fitted to are those of the MRR movements, over all segments and by term.
with

parameters as (select * from {{ ref('retention_parameters') }}),

churns as (

    select coalesce(sum(churn_customer_count), 0) as churn_count
    from {{ ref('mrr_monthly') }}

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
    levels.segment_level,
    levels.churn_count,
    churns.churn_count as bridge_churn_count
from levels
cross join churns
where levels.churn_count <> churns.churn_count
