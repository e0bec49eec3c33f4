-- Grain: one row per customer and week in which its MRR or its service changed.
{%- set served_until = 'least(periods.valid_to, services.served_until)' %}
{%- set paused_until = 'least(periods.valid_to, periods.pause_ends_at)' %}
{%- set log = 'partition by customer_id order by activity_week asc' %}
{%- set in_run = 'over (partition by customer_id, paid_number order by activity_week asc)' %}
with

item_weeks as (select * from {{ ref('int_item_weeks') }}),

periods as (select * from {{ ref('int_lasting_periods') }}),

services as (select * from {{ ref('int_services') }}),

run_settings as (select * from {{ ref('run_settings') }}),

-- At which week ends a customer has MRR, is served without any, or is paused.
stretches as (
    select
        customer_id,
        from_week,
        to_week,
        mrr_amount,
        mrr_at_opening_rate_amount,
        0 as served_count,
        0 as paused_count
    from item_weeks

    union all

    select
        periods.customer_id,
        {{ week_start('greatest(periods.valid_from, services.started_at)') }} as from_week,
        case when {{ served_until }} < run_settings.as_of_end_at then {{ week_start(served_until) }} end as to_week,
        0 as mrr_amount,
        0 as mrr_at_opening_rate_amount,
        1 as served_count,
        0 as paused_count
    from periods
    cross join run_settings
    inner join services
        on
            periods.customer_id = services.customer_id
            and periods.valid_from < services.served_until
            and coalesce(periods.valid_to > services.started_at, true)
    where periods.is_in_force and (periods.mrr_own_amount = 0 or periods.slot_kind = 'week')

    union all

    select
        periods.customer_id,
        {{ week_start('periods.valid_from') }} as from_week,
        case when {{ paused_until }} < run_settings.as_of_end_at then {{ week_start(paused_until) }} end as to_week,
        0 as mrr_amount,
        0 as mrr_at_opening_rate_amount,
        0 as served_count,
        1 as paused_count
    from periods
    cross join run_settings
    where periods.paused_at is not null
),

changes as (
    {% for week, sign, opening in [('from_week', '+', 'mrr_at_opening_rate_amount'), ('to_week', '-', 'mrr_amount')] -%}
    select
        customer_id,
        {{ week }} as activity_week,
        0 {{ sign }} mrr_amount as mrr_amount,
        0 {{ sign }} {{ opening }} as movement_amount,
        0 {{ sign }} served_count as served_count,
        0 {{ sign }} paused_count as paused_count
    from stretches
    where coalesce(from_week < to_week, {{ 'true' if sign == '+' else 'false' }})
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

levels as (
    select
        customer_id,
        activity_week,
        cast(sum(movement_amount) as {{ type_amount() }}) as movement_amount,
        cast(sum(mrr_amount) - sum(movement_amount) as {{ type_amount() }}) as fx_amount,
        cast(sum(sum(mrr_amount)) over ({{ log }}) as {{ type_amount() }}) as mrr_amount,
        cast(sum(sum(mrr_amount)) over ({{ log }}) - sum(mrr_amount) as {{ type_amount() }}) as opening_mrr_amount,
        sum(sum(served_count)) over ({{ log }}) > 0 as is_served_for_free,
        sum(sum(paused_count)) over ({{ log }}) > 0 as is_paused
    from changes
    group by customer_id, activity_week
),

numbered_levels as (
    select
        customer_id,
        activity_week,
        movement_amount,
        fx_amount,
        mrr_amount,
        opening_mrr_amount,
        is_served_for_free,
        is_paused,
        -- Numbers the weeks at whose end it pays: those that follow one without MRR carry its number.
        sum(case when mrr_amount > 0 then 1 else 0 end) over (partition by customer_id order by activity_week asc)
            as paid_number
    from levels
)

select
    customer_id,
    activity_week,
    movement_amount,
    fx_amount,
    mrr_amount,
    opening_mrr_amount,
    paid_number,
    -- Served or paused ever since it last paid.
    paid_number > 0
    and sum(case when mrr_amount > 0 or is_served_for_free or is_paused then 0 else 1 end) {{ in_run }} = 0 as is_held,
    is_paused and not is_served_for_free and mrr_amount = 0 as is_paused,
    max(mrr_amount) over (partition by customer_id, paid_number) as last_paid_mrr_amount
from numbered_levels
