-- Grain: one row per change of a subscription: a period that began, a request, a pause, an end. A subscription is one item.
{{ config(enabled='revenuecat' in var('connectors') | string) }}
{%- set columns = ['customer_id', 'plan_id', 'status', 'unit_amount', 'currency', 'billing_interval', 'interval_count',
    'cancel_requested_at'] %}
with

periods as (

    select
        *,
        case when unsubscribed_at <= service_ends_at or service_ends_at is null then unsubscribed_at end as requested_at,
        -- What follows within a day continues the period.
        coalesce(next_started_at > service_ends_at + interval '1' day, next_started_at is null) as is_last,
        case when resumes_at > service_ends_at then resumes_at end as pause_ends_at
    from {{ ref('revenuecat_periods') }}

),

-- A period that runs on renews, unless it was unsubscribed: its end is known once it is past.
points as (

    select
        *,
        started_at as changed_at,
        case when is_trial then 'trialing' else 'active' end as status,
        case when requested_at <= started_at then requested_at end as cancel_requested_at,
        1 as precedence
    from periods

    union all

    select
        *,
        requested_at as changed_at,
        case when is_trial then 'trialing' else 'active' end as status,
        requested_at as cancel_requested_at,
        2 as precedence
    from periods
    where
        requested_at > started_at and coalesce(requested_at < service_ends_at, true)
        and coalesce(requested_at < next_started_at, true)

    union all

    select
        *,
        service_ends_at as changed_at,
        case when pause_ends_at is not null then 'paused' else 'expired' end as status,
        requested_at as cancel_requested_at,
        3 as precedence
    from periods
    where is_last and (service_ends_at <= known_until or requested_at is not null or pause_ends_at is not null)

    union all

    -- A pause that is over without a new period was an end.
    select
        *,
        pause_ends_at as changed_at,
        case when pause_ends_at <= known_until then 'expired' else 'active' end as status,
        requested_at as cancel_requested_at,
        4 as precedence
    from periods
    where is_last and pause_ends_at is not null and coalesce(next_started_at > pause_ends_at + interval '1' day, true)

),

ordered_points as (
    select
        subscription_id,
        changed_at,
        app_user_id as customer_id,
        product_id as plan_id,
        status,
        unit_amount,
        currency,
        billing_interval,
        interval_count,
        cancel_requested_at,
        landed_at as loaded_at,
        row_number() over (
            partition by subscription_id, changed_at order by started_at desc, precedence desc, transaction_id desc
        ) as recency
    from points
),

compared_points as (
    select
        *,
        row_number() over (partition by subscription_id order by changed_at) as change_number,
        {{ earlier_columns(columns, 'subscription_id') }}
    from ordered_points
    where recency = 1
)

-- A renewal that changes nothing is no row.
select
    subscription_id,
    subscription_id as item_id,
    changed_at,
    {%- for column in columns %}
    {{ column }},
    {%- endfor %}
    cast(1 as {{ type_double() }}) as quantity,
    loaded_at
from compared_points
where change_number = 1 or {{ differs_from_earlier(columns) }}
