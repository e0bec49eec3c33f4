-- Grain: one row per NPS dimension and value, window and month with a question or an answer in it.
{%- set dimensions = {'all': "'all'", 'plan': 'plan_name', 'country': 'country', 'size': 'customer_size',
    'segment': 'segment_name'} %}
with

nps_counts as (select * from {{ ref('int_nps_counts') }}),

-- An export that holds answers only does not say how many were asked: unknown before the first unanswered question.
tracking_starts as (

    select min(sent_at) as unanswered_at
    from {{ ref('int_nps_responses') }}
    where score is null

),

dimension_counts as (
    {% for dimension, value in dimensions.items() %}
    select
        activity_month,
        is_partial_month,
        nps_window,
        '{{ dimension }}' as nps_dimension,
        {{ value }} as nps_value,
        sum(sent_count) as sent_count,
        sum(answered_count) as answered_count,
        sum(promoter_count) as promoter_count,
        sum(passive_count) as passive_count,
        sum(detractor_count) as detractor_count,
        sum(promoter_count + passive_count + detractor_count) as response_count
    from nps_counts
    group by activity_month, is_partial_month, nps_window{{ '' if dimension == 'all' else ', ' ~ value }}
    {% if not loop.last %} union all {% endif %}
    {%- endfor %}
),

scores as (

    select
        activity_month,
        is_partial_month,
        nps_window,
        nps_dimension,
        nps_value,
        sent_count,
        answered_count,
        promoter_count,
        passive_count,
        detractor_count,
        response_count,
        {{ rate('100 * (promoter_count - detractor_count)', 'response_count') }} as nps_score,
        -- The standard error of a mean of 100, 0 and -100; of a few answers it says nothing.
        case
            when response_count >= {{ var('min_nps_answers') }}
                then
                    100 * sqrt(
                        cast(promoter_count + detractor_count as {{ type_double() }}) / response_count
                        - power(cast(promoter_count - detractor_count as {{ type_double() }}) / response_count, 2)
                    ) / sqrt(cast(response_count as {{ type_double() }}))
        end as standard_error
    from dimension_counts

)

select
    scores.activity_month,
    scores.is_partial_month,
    scores.nps_window,
    scores.nps_dimension,
    scores.nps_value,
    case
        when {{ month_start('tracking_starts.unanswered_at') }} <= scores.activity_month
            then cast(scores.sent_count as {{ dbt.type_bigint() }})
    end as sent_count,
    case
        when {{ month_start('tracking_starts.unanswered_at') }} <= scores.activity_month
            then {{ rate('scores.answered_count', 'scores.sent_count') }}
    end as response_rate,
    cast(scores.response_count as {{ dbt.type_bigint() }}) as response_count,
    cast(scores.promoter_count as {{ dbt.type_bigint() }}) as promoter_count,
    cast(scores.passive_count as {{ dbt.type_bigint() }}) as passive_count,
    cast(scores.detractor_count as {{ dbt.type_bigint() }}) as detractor_count,
    scores.nps_score,
    cast(scores.standard_error as {{ type_rate() }}) as nps_standard_error,
    case
        when scores.standard_error is not null
            then
                cast(
                    greatest(scores.nps_score - {{ var('confidence_z_score') }} * scores.standard_error, -100)
                    as {{ type_rate() }}
                )
    end as nps_low,
    case
        when scores.standard_error is not null
            then
                cast(
                    least(scores.nps_score + {{ var('confidence_z_score') }} * scores.standard_error, 100)
                    as {{ type_rate() }}
                )
    end as nps_high,
    cast(scores.nps_score - year_ago_scores.nps_score as {{ type_rate() }}) as nps_change
from scores
cross join tracking_starts
left join scores as year_ago_scores
    on
        scores.activity_month = {{ add_months('year_ago_scores.activity_month', 12) }}
        and scores.nps_window = year_ago_scores.nps_window
        and scores.nps_dimension = year_ago_scores.nps_dimension
        and scores.nps_value = year_ago_scores.nps_value
