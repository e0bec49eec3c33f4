-- Grain: one row per quarter, score method and pair of thresholds (filter: bands that differ beyond chance).
{%- set bands = {
    'red': 'step_counts.score_step < amber_steps.n',
    'amber': 'step_counts.score_step >= amber_steps.n and step_counts.score_step < green_steps.n',
    'green': 'step_counts.score_step >= green_steps.n',
} %}
{%- set pairs = [('red', 'amber'), ('amber', 'green'), ('red', 'green')] %}
with

step_counts as (select * from {{ ref('int_health_step_counts') }}),

trends as (select * from {{ ref('int_health_trends') }}),

steps as (

    {{ numbers(19) }}

),

-- Every pair of thresholds, of which equal ones make two bands; nothing is looked for where the score told nothing.
half_years as (

    select
        {%- for band, condition in bands.items() %}
        sum(case when {{ condition }} then step_counts.case_count else 0 end) as {{ band }}_case_count,
        sum(case when {{ condition }} then step_counts.churn_count else 0 end) as {{ band }}_churn_count,
        {%- endfor %}
        trends.fit_month,
        trends.score_method,
        amber_steps.n as amber_step,
        green_steps.n as green_step
    from trends
    inner join step_counts
        on trends.fit_month = step_counts.fit_month and trends.score_method = step_counts.score_method
    cross join steps as amber_steps
    inner join steps as green_steps on amber_steps.n <= green_steps.n
    where trends.trend_z_score > {{ var('min_band_z_score') }}
    group by trends.fit_month, trends.score_method, step_counts.half_year, amber_steps.n, green_steps.n

),

differences as (

    select
        {%- for worse, better in pairs %}
        {{ share_z_score(
            'sum(' ~ worse ~ '_churn_count)', 'sum(' ~ worse ~ '_case_count)',
            'sum(' ~ better ~ '_churn_count)', 'sum(' ~ better ~ '_case_count)',
            case_overlap_share()
        ) }} as {{ worse }}_{{ better }}_z_score,
        max(case
            when
                least({{ worse }}_case_count, {{ better }}_case_count) >= {{ var('min_health_cases') }}
                and {{ worse }}_churn_count * {{ better }}_case_count
                < {{ better }}_churn_count * {{ worse }}_case_count
                then 1
            else 0
        end) as is_{{ worse }}_{{ better }}_inverted,
        {%- endfor %}
        fit_month,
        score_method,
        amber_step,
        green_step,
        least(sum(red_case_count), sum(green_case_count)) as least_case_count,
        sum(amber_case_count) as amber_case_count,
        sum(red_churn_count) / nullif(sum(red_case_count), 0) as red_churn_rate,
        sum(green_churn_count) / nullif(sum(green_case_count), 0) as green_churn_rate
    from half_years
    group by fit_month, score_method, amber_step, green_step

)

-- Each two neighbours differ, and in no half-year with enough cases the other way round.
select
    fit_month,
    score_method,
    amber_step,
    green_step,
    cast(red_churn_rate as {{ type_rate() }}) as red_churn_rate,
    cast(green_churn_rate as {{ type_rate() }}) as green_churn_rate
from differences
where
    least_case_count >= {{ var('min_health_cases') }}
    and (
        amber_step = green_step
        and red_green_z_score > {{ var('min_band_z_score') }}
        and is_red_green_inverted = 0
        or amber_case_count >= {{ var('min_health_cases') }}
        and least(red_amber_z_score, amber_green_z_score) > {{ var('min_band_z_score') }}
        and is_red_amber_inverted + is_amber_green_inverted = 0
    )
