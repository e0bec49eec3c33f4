-- Grain: one row per week, from that of the first subscription to that of the as-of day.
{%- set columns = [
    'new_mrr_amount', 'expansion_mrr_amount', 'contraction_mrr_amount', 'pause_mrr_amount', 'resume_mrr_amount',
    'churn_mrr_amount', 'reactivation_mrr_amount', 'transfer_mrr_amount', 'fx_mrr_amount', 'new_customer_count',
    'churn_customer_count', 'reactivation_customer_count'
] %}
{#- What ends in churn after a pause or a free period was booked as that when the MRR ended, which is taken back. -#}
{%- set has_lapsed = "movement_type = 'churn' and opening_mrr_amount = 0" %}
{%- set lapsed = {
    'churn': '- sum(case when ' ~ has_lapsed ~ ' then last_paid_mrr_amount else 0 end)',
    'pause': '+ sum(case when ' ~ has_lapsed ~ ' and was_paused then last_paid_mrr_amount else 0 end)',
    'contraction': '+ sum(case when ' ~ has_lapsed ~ ' and not was_paused then last_paid_mrr_amount else 0 end)'
} %}
{%- set customer_log = 'partition by customer_id order by activity_week asc' %}
{%- set log = 'order by weeks.activity_week asc' %}
with

weeks as (select * from {{ ref('int_weeks') }}),

periods as (select * from {{ ref('int_lasting_periods') }}),

-- The weeks in which a customer took a subscription over from another one, or handed it over.
handovers as (
    select
        periods.customer_id as to_customer_id,
        coalesce(givers.customer_id, periods.last_customer_id) as from_customer_id,
        {{ week_start('min(periods.valid_from)') }} as activity_week
    from periods
    left join periods as givers on periods.migrated_from_subscription_id = givers.subscription_id
    where coalesce(givers.customer_id, periods.last_customer_id) <> periods.customer_id
    group by periods.subscription_id, periods.customer_id, coalesce(givers.customer_id, periods.last_customer_id)
),

handover_weeks as (
    {% for side in ['to', 'from'] -%}
    select {{ side }}_customer_id as customer_id, activity_week
    from handovers
    {{ 'union distinct' if not loop.last }}
    {% endfor %}
),

-- Who paid and left within an earlier week comes back.
returns as (
    select
        customer_id,
        {{ week_start('min(started_at)') }} as returned_week
    from {{ ref('int_services') }}
    where {{ week_start('started_at') }} > {{ week_start('first_started_at') }}
    group by customer_id
),

openings as (
    select
        *,
        opening_mrr_amount = 0 and mrr_amount > 0 as is_start,
        coalesce(lag(is_held) over ({{ customer_log }}), false) as was_held,
        coalesce(lag(is_paused) over ({{ customer_log }}), false) as was_paused
    from {{ ref('int_customer_weeks') }}
),

movements as (
    select
        openings.activity_week,
        openings.opening_mrr_amount,
        openings.mrr_amount,
        openings.movement_amount,
        openings.fx_amount,
        case
            when handover_weeks.customer_id is not null then 'transfer'
            when openings.is_start and openings.was_paused and openings.was_held then 'resume'
            when openings.is_start and openings.was_held then 'expansion'
            when openings.is_start and openings.paid_number > 1 then 'reactivation'
            when openings.is_start and returns.returned_week <= openings.activity_week then 'reactivation'
            when openings.is_start then 'new'
            when openings.opening_mrr_amount > 0 and openings.is_paused then 'pause'
            when openings.was_held and not openings.is_held then 'churn'
            when openings.movement_amount > 0 then 'expansion'
            when openings.movement_amount < 0 then 'contraction'
        end as movement_type,
        openings.last_paid_mrr_amount,
        openings.was_paused
    from openings
    left join handover_weeks
        on openings.customer_id = handover_weeks.customer_id and openings.activity_week = handover_weeks.activity_week
    left join returns on openings.customer_id = returns.customer_id
),

totals as (
    select
        activity_week,
        {%- for type in ['new', 'expansion', 'contraction', 'pause', 'resume', 'churn', 'reactivation', 'transfer'] %}
        sum(case when movement_type = '{{ type }}' then movement_amount else 0 end)
        {%- if type in lapsed %} {{ lapsed[type] }}{% endif %} as {{ type }}_mrr_amount,
        {%- endfor %}
        sum(fx_amount) as fx_mrr_amount,
        {%- for type in ['new', 'churn', 'reactivation'] %}
        sum(case when movement_type = '{{ type }}' then 1 else 0 end) as {{ type }}_customer_count,
        {%- endfor %}
        sum(movement_amount + fx_amount) as change_amount,
        sum(sign(mrr_amount) - sign(opening_mrr_amount)) as customer_change
    from movements
    group by activity_week
)

select
    weeks.activity_week,
    weeks.is_partial_week,
    cast(
        sum(coalesce(totals.change_amount, 0)) over ({{ log }}) - coalesce(totals.change_amount, 0)
        as {{ type_amount() }}
    ) as opening_mrr_amount,
    {%- for name in columns %}
    cast(coalesce(totals.{{ name }}, 0) as {{ dbt.type_bigint() if 'count' in name else type_amount() }})
        as {{ name }},
    {%- endfor %}
    cast(sum(coalesce(totals.change_amount, 0)) over ({{ log }}) as {{ type_amount() }}) as closing_mrr_amount,
    cast(sum(coalesce(totals.customer_change, 0)) over ({{ log }}) as {{ dbt.type_bigint() }}) as paying_customer_count
from weeks
left join totals on weeks.activity_week = totals.activity_week
