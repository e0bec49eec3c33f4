-- Grain: one row per ticket that was resolved and not opened again since, as far as changes of its status or its metrics say.
{{ config(enabled='zendesk' in var('connectors') | string) }}
{%- set changes = landed_table('zendesk', ['ticket_field_history'], 'changes') %}
{%- set metrics = landed_table('zendesk', ['ticket_metrics', 'ticket_metric'], 'metrics') %}
with

field_changes as (

    select
        {{ landed(changes, 'ticket_id') }} as ticket_id,
        lower({{ landed(changes, 'field_name') }}) as field_name,
        lower({{ landed(changes, 'value') }}) in ('solved', 'closed') as is_resolved,
        {{ landed(changes, ['updated', 'updated_at'], 'instant') }} as changed_at,
        {{ landed_at(changes) }} as landed_at
    from {{ changes.sql }}

),

status_changes as (
    select
        *,
        max(case when not is_resolved then changed_at end) over (partition by ticket_id) as last_open_at
    from field_changes
    where field_name = 'status'
),

-- What was solved is closed some days later: it was resolved when it was solved.
resolutions as (

    select
        ticket_id,
        min(changed_at) as resolved_at,
        max(landed_at) as landed_at,
        1 as preference
    from status_changes
    where is_resolved and (last_open_at is null or changed_at > last_open_at)
    group by ticket_id
    union all
    select
        {{ landed(metrics, 'ticket_id') }} as ticket_id,
        {{ landed(metrics, 'solved_at', 'instant') }} as resolved_at,
        {{ landed_at(metrics) }} as landed_at,
        2 as preference
    from {{ metrics.sql }}

),

ordered_resolutions as (
    select
        *,
        row_number() over (partition by ticket_id order by preference asc, landed_at desc nulls last, resolved_at desc) as choice
    from resolutions
    where resolved_at is not null
)

select
    ticket_id,
    resolved_at,
    landed_at
from ordered_resolutions
where choice = 1
