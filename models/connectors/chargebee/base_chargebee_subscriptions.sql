-- Grain: one row per version of a subscription that a loader gives, of its table or of an event; its lists as texts of JSON.
{{ config(enabled='chargebee' in var('connectors') | string) }}
{%- set table = landed_table('chargebee', ['subscription', 'subscriptions'], 'subscriptions') %}
{%- set events = landed_table('chargebee', ['event', 'events'], 'events') %}
{%- set instants = ['created_at', 'started_at', 'start_date', 'trial_start', 'trial_end', 'activated_at', 'pause_date', 'resume_date',
    'due_since', 'cancelled_at', 'cancel_schedule_created_at', 'current_term_end', 'updated_at'] %}
{%- set texts = ['trial_end_action', 'cancel_reason', 'cancel_reason_code', 'subscription_items', 'addons', 'coupons', 'coupon',
    'discounts', 'contract_term', 'plan_id', 'base_currency_code'] %}
{%- set numbers = ['plan_quantity', 'plan_quantity_in_decimal', 'plan_free_quantity', 'plan_unit_price', 'plan_unit_price_in_decimal',
    'plan_amount', 'plan_amount_in_decimal', 'due_invoices_count', 'resource_version',
    'mrr', 'exchange_rate'] %}
with

currencies as (select * from {{ ref('currencies') }}),

landed_versions as (

    {% for rows, prefix in [[table, ''], [events, 'content.subscription.']] %}
    select
        {{ landed(rows, prefix ~ 'id', 'id') }} as subscription_id,
        {{ landed(rows, prefix ~ 'customer_id', 'id') }} as customer_id,
        lower({{ landed(rows, prefix ~ 'status') }}) as status,
        upper({{ landed(rows, prefix ~ 'currency_code') }}) as currency,
        lower({{ landed(rows, prefix ~ 'billing_period_unit') }}) as billing_interval,
        {{ landed(rows, prefix ~ 'billing_period', 'number') }} as interval_count,
        {% for column in instants -%}
        {{ landed(rows, prefix ~ column, 'instant') }} as {{ column }},
        {% endfor -%}
        {% for column in texts -%}
        {{ landed(rows, prefix ~ column, 'id' if column in ('coupon', 'plan_id') else 'text') }} as {{ column }},
        {% endfor -%}
        {% for column in numbers -%}
        {{ landed(rows, prefix ~ column, 'number') }} as {{ column }},
        {% endfor -%}
        coalesce({{ landed(rows, prefix ~ 'deleted', 'boolean') }}, false) as is_deleted_by_company,
        coalesce({{ landed(rows, '_fivetran_deleted', 'boolean') }}, false) or {{ landed(rows, '_sdc_deleted_at') }} is not null
            as is_deleted_by_loader,
        {{ landed(rows, 'occurred_at' if prefix else 'updated_at', 'instant') }} as occurred_at,
        {{ account_prefix(rows) }} as account_prefix,
        {{ landed_at(rows) }} as landed_at
    from {{ rows.sql }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

dated_versions as (
    select
        *,
        coalesce(updated_at, occurred_at, landed_at) as version_at,
        is_deleted_by_company or is_deleted_by_loader as is_deleted
    from landed_versions
    where subscription_id is not null
),

-- One version of an instant: that of the highest resource version, then the one that was loaded last.
distinct_versions as (
    select
        *,
        row_number() over (
            partition by subscription_id, version_at order by resource_version desc nulls last, landed_at desc nulls last, is_deleted desc
        ) as duplicate_number
    from dated_versions
),

ordered_versions as (
    select
        *,
        row_number() over (partition by subscription_id order by version_at asc nulls first) as version_number,
        row_number() over (partition by subscription_id order by version_at desc nulls last) as recency,
        lag(version_at) over (partition by subscription_id order by version_at asc nulls first) as earlier_version_at
    from distinct_versions
    where duplicate_number = 1
)

select
    versions.subscription_id,
    versions.customer_id,
    versions.status,
    versions.currency,
    versions.billing_interval,
    versions.interval_count,
    {% for column in instants + texts + numbers -%}
    versions.{{ column }},
    {% endfor -%}
    versions.is_deleted,
    versions.account_prefix,
    versions.version_at,
    versions.earlier_version_at,
    versions.version_number,
    versions.recency,
    versions.landed_at,
    currencies.decimal_places
from ordered_versions as versions
left join currencies on versions.currency = currencies.currency
