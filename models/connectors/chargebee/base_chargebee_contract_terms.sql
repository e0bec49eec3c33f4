-- Grain: one row per contract term of a subscription and day on which it began.
{{ config(enabled='chargebee' in var('connectors') | string) }}
{%- set table = landed_table('chargebee', ['contract_term', 'contract_terms'], 'terms') %}
{%- set subscriptions = landed_table('chargebee', ['subscription', 'subscriptions'], 'subscriptions') %}
{%- set events = landed_table('chargebee', ['event', 'events'], 'events') %}
with

landed_terms as (
    {% for rows, subscription_id, prefix in [
        [table, 'subscription_id', ''], [subscriptions, 'id', 'contract_term.'], [events, 'content.subscription.id', 'content.subscription.contract_term.']
    ] %}
    select
        {{ landed(rows, subscription_id, 'id') }} as subscription_id,
        {{ landed(rows, prefix ~ 'contract_start', 'instant') }} as started_at,
        {{ landed(rows, prefix ~ 'contract_end', 'instant') }} as ended_at,
        lower({{ landed(rows, prefix ~ 'action_at_term_end') }}) as action_at_end,
        {{ landed(rows, prefix ~ 'cancellation_cutoff_period', 'number') }} as notice_days,
        {{ 'false' if prefix else 'coalesce(' ~ landed(rows, '_fivetran_deleted', 'boolean') ~ ', false)' }} as is_deleted,
        coalesce({{ landed(rows, 'occurred_at' if 'content' in prefix else 'updated_at', 'instant') }}, {{ landed_at(rows) }}) as version_at
    from {{ rows.sql }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

ordered_terms as (
    select
        *,
        row_number() over (
            partition by subscription_id, started_at order by version_at desc nulls last, ended_at desc nulls last, action_at_end asc
        ) as recency
    from landed_terms
    where started_at is not null and subscription_id is not null and not is_deleted
)

select
    subscription_id,
    started_at,
    {{ whole_months(days_between('cast(started_at as date)', 'cast(ended_at as date)')) }} as term_months,
    case when action_at_end is not null then action_at_end <> 'cancel' end as is_renewed,
    notice_days
from ordered_terms
where recency = 1
