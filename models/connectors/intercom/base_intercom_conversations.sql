-- Grain: one row per conversation that a contact began or answered, with the time when it was closed and not opened again since.
{{ config(enabled='intercom' in var('connectors') | string) }}
{%- set rows = landed_table('intercom', ['conversation_history', 'conversations', 'conversation'], 'conversations') %}
{%- set parts = landed_table('intercom', ['conversation_part_history', 'conversation_parts', 'conversation_part'], 'parts') %}
{%- set answers = ['first_contact_reply.created_at', 'statistics.first_contact_reply_at'] %}
with

landed_versions as (

    select
        {{ landed(rows, 'id') }} as conversation_id,
        lower({{ landed(rows, 'state') }}) as state,
        lower({{ landed(rows, 'priority') }}) as priority,
        {{ landed(rows, 'source.author.id') }} as author_id,
        lower({{ landed(rows, 'source.author.type') }}) as author_type,
        lower({{ landed(rows, 'source.author.email') }}) as author_email,
        {{ landed(rows, answers, 'instant') }} as answered_at,
        {{ landed(rows, 'statistics.last_close_at', 'instant') }} as last_close_at,
        {{ landed(rows, 'created_at', 'instant') }} as created_at,
        {{ landed(rows, 'updated_at', 'instant') }} as updated_at,
        coalesce({{ landed(rows, '_fivetran_active', 'boolean') }}, true) as is_active,
        {{ landed_at(rows) }} as landed_at
    from {{ rows.sql }}

),

versions as (
    select
        *,
        max(case when state <> 'closed' then updated_at end) over (partition by conversation_id) as last_open_at,
        row_number() over (
            partition by conversation_id
            order by case when is_active then 1 else 0 end desc, updated_at desc nulls last, landed_at desc nulls last, state asc
        ) as recency
    from landed_versions
),

version_closings as (
    select
        conversation_id,
        min(updated_at) as closed_at
    from versions
    where state = 'closed' and (last_open_at is null or updated_at > last_open_at)
    group by conversation_id
),

part_closings as (

    select
        {{ landed(parts, 'conversation_id') }} as conversation_id,
        max({{ landed(parts, 'created_at', 'instant') }}) as closed_at,
        max({{ landed_at(parts) }}) as landed_at
    from {{ parts.sql }}
    where lower({{ landed(parts, 'part_type') }}) = 'close'
    group by {{ landed(parts, 'conversation_id') }}

)

select
    versions.conversation_id,
    versions.author_id,
    {{ known_customer(
        'intercom', ['versions.author_id', 'versions.author_email', email_domain('versions.author_email')]
    ) }} as author_customer_id,
    versions.created_at,
    greatest(versions.landed_at, part_closings.landed_at) as landed_at,
    case when versions.priority in ('priority', 'true', 't', '1') then 'high' else 'normal' end as priority,
    case
        when versions.state = 'closed'
            then coalesce(versions.last_close_at, part_closings.closed_at, version_closings.closed_at, versions.updated_at)
    end as resolved_at
from versions
left join part_closings on versions.conversation_id = part_closings.conversation_id
left join version_closings on versions.conversation_id = version_closings.conversation_id
where
    versions.recency = 1
    and (
        coalesce(versions.author_type, 'user') not in ('admin', 'bot')
        or versions.answered_at is not null
        or {{ 'false' if is_landed(rows, answers) else 'true' }}
    )
