-- Grain: one row per period (a half-year, or all) and model of the company's own.
with

cases as (select * from {{ ref('int_model_score_cases') }}),

aucs as (select * from {{ ref('int_health_auc') }}),

influences as (select * from {{ ref('int_health_auc_influences') }}),

accuracies as (select * from {{ ref('int_model_score_accuracy') }}),

case_counts as (

    select
        period_name,
        model_name,
        count(*) as case_count,
        sum(case when has_churned then 1 else 0 end) as churn_count,
        sum(case when is_backfilled then 1 else 0 end) as backfilled_count
    from cases
    where ranking = 'model'
    group by period_name, model_name

),

-- Both are of the same customers: the difference varies less than either.
gains as (

    select
        model_influences.period_name,
        model_influences.model_name,
        max(model_influences.auc - published_influences.auc) as auc_gain,
        sqrt(
            sum(power(model_influences.influence - published_influences.influence, 2))
            * count(*) / nullif(count(*) - 1, 0)
        ) as standard_error
    from influences as model_influences
    inner join influences as published_influences
        on
            model_influences.period_name = published_influences.period_name
            and model_influences.model_name = published_influences.model_name
            and model_influences.customer_id = published_influences.customer_id
    where model_influences.ranking = 'model' and published_influences.ranking = 'published'
    group by model_influences.period_name, model_influences.model_name

)

select
    case_counts.period_name,
    case_counts.model_name,
    coalesce(case_counts.model_name = {{ word_var('probability_model') }}, false) as is_chosen,
    case_counts.case_count,
    cast(case_counts.churn_count as {{ dbt.type_bigint() }}) as churn_count,
    {{ rate('case_counts.churn_count', 'case_counts.case_count') }} as churn_rate,
    {{ rate('case_counts.backfilled_count', 'case_counts.case_count') }} as backfilled_rate,
    model_aucs.auc,
    model_aucs.auc_low,
    model_aucs.auc_high,
    published_aucs.auc as published_auc,
    published_aucs.auc_low as published_auc_low,
    published_aucs.auc_high as published_auc_high,
    cast(gains.auc_gain as {{ type_rate() }}) as auc_gain,
    cast(gains.auc_gain - {{ var('confidence_z_score') }} * gains.standard_error as {{ type_rate() }}) as auc_gain_low,
    cast(gains.auc_gain + {{ var('confidence_z_score') }} * gains.standard_error as {{ type_rate() }}) as auc_gain_high,
    model_accuracies.average_precision,
    published_accuracies.average_precision as published_average_precision,
    model_accuracies.brier_score,
    published_accuracies.brier_score as published_brier_score,
    model_accuracies.expected_churn_rate,
    published_accuracies.expected_churn_rate as published_expected_churn_rate,
    model_accuracies.calibration_error,
    published_accuracies.calibration_error as published_calibration_error
from case_counts
inner join accuracies as model_accuracies
    on
        case_counts.period_name = model_accuracies.period_name
        and case_counts.model_name = model_accuracies.model_name
        and model_accuracies.ranking = 'model'
left join aucs as model_aucs
    on
        case_counts.period_name = model_aucs.period_name
        and case_counts.model_name = model_aucs.model_name
        and model_aucs.ranking = 'model'
inner join accuracies as published_accuracies
    on
        case_counts.period_name = published_accuracies.period_name
        and case_counts.model_name = published_accuracies.model_name
        and published_accuracies.ranking = 'published'
left join aucs as published_aucs
    on
        case_counts.period_name = published_aucs.period_name
        and case_counts.model_name = published_aucs.model_name
        and published_aucs.ranking = 'published'
left join gains on case_counts.period_name = gains.period_name and case_counts.model_name = gains.model_name
-- A half-year with few cases proves nothing by itself; it counts in the whole.
where case_counts.period_name = 'all' or case_counts.case_count >= {{ var('min_health_cases') }}
