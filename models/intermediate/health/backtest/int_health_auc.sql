-- Grain: one row per period, model and ranking: the area under the ROC curve with its interval.
with

influences as (select * from {{ ref('int_health_auc_influences') }}),

errors as (

    select
        period_name,
        model_name,
        ranking,
        max(auc) as auc,
        sqrt(sum(power(influence, 2)) * count(*) / nullif(count(*) - 1, 0)) as standard_error
    from influences
    group by period_name, model_name, ranking

)

select
    period_name,
    model_name,
    ranking,
    cast(auc as {{ type_rate() }}) as auc,
    cast(greatest(auc - {{ var('confidence_z_score') }} * standard_error, 0) as {{ type_rate() }}) as auc_low,
    cast(least(auc + {{ var('confidence_z_score') }} * standard_error, 1) as {{ type_rate() }}) as auc_high
from errors
