-- Grain: one row per cohort month and onboarding step; also of all cohorts.
{%- set ages = [3, 6, 12] %}
with

onboarded_customers as (

    select * from {{ ref('int_onboarded_customers') }}

),

run_settings as (

    select * from {{ ref('run_settings') }}

),

retentions as (

    select
        customer_id,
        {%- for age in ages %}
        max(case when months_since_cohort = {{ age }} then case when is_retained then 1 else 0 end end)
            as retained_{{ age }}m{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_customer_retentions') }}
    group by customer_id

),

counts as (

    select
        onboarded_customers.cohort_month,
        onboarded_customers.step_name,
        count(*) as customer_count,
        sum(case when onboarded_customers.is_completed then 1 else 0 end) as completed_count,
        percentile_cont(0.5) within group (order by cast(onboarded_customers.step_days as {{ type_double() }}))
            as median_step_days,
        count(onboarded_customers.first_value_days) as first_value_count,
        percentile_cont(0.5) within group (order by cast(onboarded_customers.first_value_days as {{ type_double() }}))
            as median_first_value_days
        {%- for age in ages %},
        sum(case when onboarded_customers.is_completed and retentions.retained_{{ age }}m is not null then 1 else 0 end)
            as completed_{{ age }}m_count,
        sum(case when onboarded_customers.is_completed then retentions.retained_{{ age }}m else 0 end)
            as completed_retained_{{ age }}m_count,
        sum(case when not onboarded_customers.is_completed and retentions.retained_{{ age }}m is not null then 1 else 0 end)
            as incomplete_{{ age }}m_count,
        sum(case when not onboarded_customers.is_completed then retentions.retained_{{ age }}m else 0 end)
            as incomplete_retained_{{ age }}m_count
        {%- endfor %}
    from onboarded_customers
    left join retentions on onboarded_customers.customer_id = retentions.customer_id
    group by grouping sets (
        (onboarded_customers.step_name),
        (onboarded_customers.step_name, onboarded_customers.cohort_month)
    )

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
    cast(counts.median_first_value_days as {{ type_rate() }}) as median_first_value_days
    {%- for age in ages %},
    cast(counts.completed_{{ age }}m_count as {{ dbt.type_bigint() }}) as completed_{{ age }}m_count,
    {{ rate('counts.completed_retained_' ~ age ~ 'm_count', 'counts.completed_' ~ age ~ 'm_count') }}
        as completed_retention_{{ age }}m_rate,
    cast(counts.incomplete_{{ age }}m_count as {{ dbt.type_bigint() }}) as incomplete_{{ age }}m_count,
    {{ rate('counts.incomplete_retained_' ~ age ~ 'm_count', 'counts.incomplete_' ~ age ~ 'm_count') }}
        as incomplete_retention_{{ age }}m_rate
    {%- endfor %}
from counts
cross join run_settings
