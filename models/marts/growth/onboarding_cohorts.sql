-- Grain: one row per cohort month and onboarding step; also of all cohorts.
{%- set ages = retention_ages() %}
with

onboarded_customers as (select * from {{ ref('int_onboarded_customers') }}),

run_settings as (select * from {{ ref('run_settings') }}),

-- Each customer counts twice: with its cohort, and among all.
splits as (

    {{ numbers(2) }}

),

retentions as (

    select
        customer_id,
        {% for age in ages -%}
        max(case when months_since_cohort = {{ age }} then case when is_retained then 1 else 0 end end)
            as retained_{{ age }}m,
        {% endfor -%}
        count(*) as age_count
    from {{ ref('int_customer_retentions') }}
    group by customer_id

),

counts as (

    select
        case when splits.n = 1 then onboarded_customers.cohort_month end as cohort_month,
        onboarded_customers.step_name,
        {% for age in ages -%}
        count(case when onboarded_customers.is_completed then retentions.retained_{{ age }}m end)
            as completed_{{ age }}m_count,
        sum(case when onboarded_customers.is_completed then retentions.retained_{{ age }}m end)
            as completed_retained_{{ age }}m_count,
        count(case when not onboarded_customers.is_completed then retentions.retained_{{ age }}m end)
            as incomplete_{{ age }}m_count,
        sum(case when not onboarded_customers.is_completed then retentions.retained_{{ age }}m end)
            as incomplete_retained_{{ age }}m_count,
        {% endfor -%}
        count(*) as customer_count,
        sum(case when onboarded_customers.is_completed then 1 else 0 end) as completed_count,
        percentile_cont(0.5) within group (order by cast(onboarded_customers.step_days as {{ type_double() }}))
            as median_step_days,
        count(onboarded_customers.first_value_days) as first_value_count,
        percentile_cont(0.5) within group (
            order by cast(onboarded_customers.first_value_days as {{ type_double() }})
        ) as median_first_value_days
    from onboarded_customers
    cross join splits
    left join retentions on onboarded_customers.customer_id = retentions.customer_id
    group by
        case when splits.n = 1 then onboarded_customers.cohort_month end,
        onboarded_customers.step_name

)

select
    counts.cohort_month,
    counts.step_name,
    run_settings.as_of_date,
    cast(counts.customer_count as {{ dbt.type_bigint() }}) as customer_count,
    cast(counts.completed_count as {{ dbt.type_bigint() }}) as completed_count,
    {{ rate('counts.completed_count', 'counts.customer_count') }} as completed_rate,
    cast(counts.median_step_days as {{ type_rate() }}) as median_step_days,
    cast(counts.first_value_count as {{ dbt.type_bigint() }}) as first_value_count,
    {% for age in ages -%}
    cast(counts.completed_{{ age }}m_count as {{ dbt.type_bigint() }}) as completed_{{ age }}m_count,
    {{ rate('counts.completed_retained_' ~ age ~ 'm_count', 'counts.completed_' ~ age ~ 'm_count') }}
        as completed_retention_{{ age }}m_rate,
    cast(counts.incomplete_{{ age }}m_count as {{ dbt.type_bigint() }}) as incomplete_{{ age }}m_count,
    {{ rate('counts.incomplete_retained_' ~ age ~ 'm_count', 'counts.incomplete_' ~ age ~ 'm_count') }}
        as incomplete_retention_{{ age }}m_rate,
    {% endfor -%}
    cast(counts.median_first_value_days as {{ type_rate() }}) as median_first_value_days
from counts
cross join run_settings
