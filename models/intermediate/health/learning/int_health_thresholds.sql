-- Grain: one row per quarter and score method: the scores at which its bands begin.
{%- set method_log = 'partition by score_method order by fit_month asc' %}
with

months as (select * from {{ ref('int_months') }}),

trends as (select * from {{ ref('int_health_trends') }}),

pairs as (select * from {{ ref('int_health_threshold_pairs') }}),

health_bands as (select * from {{ ref('health_bands') }}),

seed_thresholds as (

    select
        max(case when health_status = 'amber' then min_score end) as amber_score,
        max(case when health_status = 'green' then min_score end) as green_score
    from health_bands

),

-- Three bands where they differ, else two; the thresholds nearest to those of the seed.
choices as (

    select
        pairs.fit_month,
        pairs.score_method,
        pairs.green_step,
        case
            when
                pairs.amber_step < pairs.green_step
                or pairs.red_churn_rate >= {{ var('min_alert_lift') }} * pairs.green_churn_rate
                then pairs.amber_step
            else 0
        end as amber_step,
        row_number() over (
            partition by pairs.fit_month, pairs.score_method
            order by
                case when pairs.amber_step < pairs.green_step then 1 else 2 end asc,
                case when pairs.amber_step < pairs.green_step then 1 else 0 end
                * abs(5 * pairs.amber_step - seed_thresholds.amber_score)
                + abs(5 * pairs.green_step - seed_thresholds.green_score) asc,
                pairs.amber_step asc
        ) as choice_rank
    from pairs
    cross join seed_thresholds

),

methods as (

    {{ numbers(2) }}

),

fits as (

    select distinct
        cast({{ dbt.date_trunc('quarter', 'months.activity_month') }} as date) as fit_month,
        case when methods.n = 1 then 'hand_set' else 'learned' end as score_method
    from months
    cross join methods

),

-- Where little is known of churn the seed's hold. Where nothing tells churn nobody is red, nor green.
thresholds as (

    select
        fits.fit_month,
        fits.score_method,
        case when trends.fit_month is null then seed_thresholds.amber_score else 5 * coalesce(choices.amber_step, 0) end
            as amber_score,
        case when trends.fit_month is null then seed_thresholds.green_score else 5 * choices.green_step end
            as green_score,
        case when trends.fit_month is null then 'hand_set' else 'calibrated' end as threshold_method
    from fits
    cross join seed_thresholds
    left join trends on fits.fit_month = trends.fit_month and fits.score_method = trends.score_method
    left join choices
        on
            fits.fit_month = choices.fit_month
            and fits.score_method = choices.score_method
            and choices.choice_rank = 1

)

select
    fit_month,
    score_method,
    threshold_method,
    amber_score,
    green_score,
    -- No score reaches 101.
    lag(fit_month) over ({{ method_log }}) is not null
    and (
        amber_score <> lag(amber_score) over ({{ method_log }})
        or coalesce(green_score, 101) <> coalesce(lag(green_score) over ({{ method_log }}), 101)
    ) as has_changed
from thresholds
