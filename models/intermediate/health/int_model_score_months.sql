-- Grain: one row per customer, month and model of the company's own (filter: scored population, scored shortly before).
with

population as (select * from {{ ref('int_health_population') }}),

model_scores as (select * from {{ ref('stg_model_scores') }}),

-- The newest one by then. Of two merged customers that were scored on one day the higher one counts.
known_scores as (

    select
        population.customer_id,
        population.activity_month,
        model_scores.model_name,
        model_scores.scored_on,
        model_scores.churn_probability,
        {{ days_between('model_scores.scored_on', 'cast(model_scores.first_loaded_at as date)') }}
        > {{ var('model_score_days') }} as is_backfilled,
        row_number() over (
            partition by population.customer_id, population.activity_month, model_scores.model_name
            order by
                model_scores.scored_on desc,
                model_scores.churn_probability desc,
                model_scores.first_loaded_at asc
        ) as score_number
    from population
    inner join model_scores
        on
            population.customer_id = model_scores.customer_id
            and population.month_end_date > model_scores.scored_on
            and {{ dbt.dateadd('day', -var('model_score_days'), 'population.month_end_date') }}
            <= model_scores.scored_on

)

select
    customer_id,
    activity_month,
    model_name,
    scored_on,
    cast(churn_probability as {{ type_rate() }}) as churn_probability,
    is_backfilled
from known_scores
where score_number = 1
