-- Grain: one row per period, model and ranking (model, published): how near its probabilities came to what happened.
{%- set key = 'period_name, model_name, ranking' %}
with

cases as (

    select
        period_name,
        model_name,
        ranking,
        customer_id,
        activity_month,
        cast(churn_probability as {{ type_double() }}) as churn_probability,
        cast(case when has_churned then 1 else 0 end as {{ type_double() }}) as churn
    from {{ ref('int_model_score_cases') }}

),

probability_counts as (

    select
        {{ key }},
        churn_probability,
        count(*) as case_count,
        sum(churn) as churn_count
    from cases
    group by {{ key }}, churn_probability

),

-- Of the cases with that probability or a higher one, the share that churned.
precisions as (

    select
        {{ key }},
        churn_count,
        sum(churn_count) over (partition by {{ key }} order by churn_probability desc)
        / sum(case_count) over (partition by {{ key }} order by churn_probability desc) as precision_rate
    from probability_counts

),

average_precisions as (

    select
        {{ key }},
        sum(churn_count * precision_rate) / nullif(sum(churn_count), 0) as average_precision
    from precisions
    group by {{ key }}

),

deciles as (

    select
        {{ key }},
        churn_probability,
        churn,
        ntile(10) over (
            partition by {{ key }} order by churn_probability asc, customer_id asc, activity_month asc
        ) as decile
    from cases

),

decile_errors as (

    select
        {{ key }},
        decile,
        count(*) as case_count,
        sum(churn_probability) as expected_churn_count,
        abs(sum(churn_probability) - sum(churn)) as count_error,
        sum(power(churn_probability - churn, 2)) as squared_error
    from deciles
    group by {{ key }}, decile

),

errors as (

    select
        {{ key }},
        cast(sum(case_count) as {{ type_double() }}) as case_count,
        sum(expected_churn_count) as expected_churn_count,
        sum(count_error) as count_error,
        sum(squared_error) as squared_error
    from decile_errors
    group by {{ key }}

)

select
    errors.period_name,
    errors.model_name,
    errors.ranking,
    cast(average_precisions.average_precision as {{ type_rate() }}) as average_precision,
    cast(errors.squared_error / errors.case_count as {{ type_rate() }}) as brier_score,
    cast(errors.expected_churn_count / errors.case_count as {{ type_rate() }}) as expected_churn_rate,
    cast(errors.count_error / errors.case_count as {{ type_rate() }}) as calibration_error
from errors
inner join average_precisions
    on
        errors.period_name = average_precisions.period_name
        and errors.model_name = average_precisions.model_name
        and errors.ranking = average_precisions.ranking
