-- Grain: one row per valuation date, survival segment and renewal number.
{%- set levels = {
    'leaf': {'segment': 'survival_segment', 'parent': 'term_name', 'period': 'renewal_months'},
    'term': {'segment': 'term_name', 'parent': "'all'", 'period': 'renewal_months'},
    'all': {'segment': "'all'", 'parent': "cast(null as " ~ dbt.type_string() ~ ")", 'period': '1'},
} %}
with

exposures as (select * from {{ ref('int_retention_exposures') }}),

-- A spell is at risk up to its last renewal, but not at those before churn was recorded: there its count is taken back.
spell_counts as (

    select
        valuation_date,
        survival_segment,
        term_name,
        renewal_months,
        renewal_count,
        sum(case when is_churned then 1 else 0 end) as churn_count,
        count(*) as spell_count,
        count(*) as at_risk_change
    from exposures
    group by valuation_date, survival_segment, term_name, renewal_months, renewal_count

    union all

    select
        valuation_date,
        survival_segment,
        term_name,
        renewal_months,
        unrecorded_renewal_count as renewal_count,
        0 as churn_count,
        0 as spell_count,
        -count(*) as at_risk_change
    from exposures
    where unrecorded_renewal_count > 0
    group by valuation_date, survival_segment, term_name, renewal_months, unrecorded_renewal_count

),

numbers as (

    {{ numbers(1201) }}

),

-- All spells together are counted by the month, whatever their terms.
level_counts as (
    {% for level in levels.values() %}
    select
        valuation_date,
        {{ level.segment }} as survival_segment,
        {{ level.parent }} as parent_survival_segment,
        {{ level.period }} as period_months,
        {{ 'renewal_count' if level.period != '1' else 'renewal_count * renewal_months' }} as period_number,
        churn_count,
        spell_count,
        at_risk_change
    from spell_counts
    {% if not loop.last %} union all {% endif %}
    {%- endfor %}
),

segments as (

    select
        valuation_date,
        survival_segment,
        parent_survival_segment,
        period_months,
        max(period_number) as last_period_number,
        sum(spell_count) as customer_count
    from level_counts
    group by valuation_date, survival_segment, parent_survival_segment, period_months

),

period_counts as (

    select
        valuation_date,
        survival_segment,
        period_number,
        sum(churn_count) as churn_count,
        sum(at_risk_change) as at_risk_change
    from level_counts
    group by valuation_date, survival_segment, period_number

)

select
    segments.valuation_date,
    segments.survival_segment,
    segments.parent_survival_segment,
    segments.period_months,
    numbers.n - 1 as period_number,
    cast(segments.customer_count as {{ dbt.type_bigint() }}) as customer_count,
    cast(coalesce(period_counts.churn_count, 0) as {{ dbt.type_bigint() }}) as churn_count,
    -- At risk at a renewal: what churned at it or later, or was still running after it.
    cast(
        sum(period_counts.at_risk_change) over (
            partition by segments.valuation_date, segments.survival_segment order by numbers.n desc
        ) as {{ dbt.type_bigint() }}
    ) as at_risk_count
from segments
inner join numbers on segments.last_period_number >= numbers.n - 1
left join period_counts
    on
        segments.valuation_date = period_counts.valuation_date
        and segments.survival_segment = period_counts.survival_segment
        and period_counts.period_number = numbers.n - 1
