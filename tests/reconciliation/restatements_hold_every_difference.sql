-- Every metric whose value is not what was published first, or what a closed month shows, is restated; nothing else is.
{{ config(group='history') }}
with

differences as (

    select
        known.activity_month,
        known.metric_name
    from {{ ref('first_known_metrics') }} as known
    left join {{ ref('metric_months') }} as metric_months
        on known.activity_month = metric_months.activity_month and known.metric_name = metric_months.metric_name
    where
        known.metric_value is distinct from metric_months.known_value
        or metric_months.metric_value is distinct from metric_months.known_value

)

select
    coalesce(differences.activity_month, restatements.activity_month) as activity_month,
    coalesce(differences.metric_name, restatements.metric_name) as metric_name,
    differences.metric_name is not null as is_different,
    restatements.metric_name is not null as is_restated
from differences
full outer join {{ ref('restatements') }} as restatements
    on
        differences.activity_month = restatements.activity_month
        and differences.metric_name = restatements.metric_name
where differences.metric_name is null or restatements.metric_name is null
