-- Grain: one row per row of the plain table events.
-- An event without an id has one made of its row. Equal rows of one load are as many events; the same row in a later
-- load is the same event. One that names its subscription alone is its customer's, where the table subscriptions has it.
{%- set has_subscriptions = 'plain_subscription_changes' in var('connectors') | string %}
{{ config(materialized='view', enabled='plain_usage_events' in var('connectors') | string) }}
with

received_events as (select * from {{ source('plain', 'events') }}),
{%- if has_subscriptions %}

subscriptions as (select * from {{ source('plain', 'subscriptions') }}),

owners as (

    select
        {{ trimmed('subscription_id') }} as subscription_id,
        min(customer_id) as customer_id
    from subscriptions
    group by {{ trimmed('subscription_id') }}
    having min(customer_id) = max(customer_id)

),
{%- endif %}

events as (

    select
        received_events.event_id,
        {%- if has_subscriptions %}
        coalesce(received_events.customer_id, owners.customer_id) as customer_id,
        {%- else %}
        received_events.customer_id,
        {%- endif %}
        received_events.user_id,
        received_events.feature,
        received_events.occurred_at,
        received_events.quantity,
        received_events.unreadable_value,
        received_events.loaded_at
    from received_events
    {%- if has_subscriptions %}
    left join owners on {{ trimmed('received_events.subscription_id') }} = owners.subscription_id
    {%- endif %}

)

select
    coalesce(
        event_id,
        coalesce(customer_id, '') || '|' || coalesce(user_id, '') || '|' || coalesce(feature, '')
        || '|' || coalesce(cast(occurred_at as {{ dbt.type_string() }}), '')
        || '|' || coalesce(cast(quantity as {{ dbt.type_string() }}), '')
        || '|' || cast(row_number() over (
            partition by customer_id, user_id, feature, occurred_at, quantity, loaded_at order by unreadable_value asc
        ) as {{ dbt.type_string() }})
    ) as event_id,
    customer_id,
    user_id,
    feature,
    occurred_at,
    quantity,
    unreadable_value,
    loaded_at
from events
