-- Grain: one row per subscription of which the billing system states MRR, with ours for the same time; in its currency.
{{ config(enabled='chargebee' in var('connectors') | string or 'stripe' in var('connectors') | string) }}
{%- set statuses = ['active', 'past_due', 'trialing', 'paused', 'unpaid', 'canceled', 'expired'] %}
{%- set price = ('changes.quantity', 'changes.unit_amount') %}
{%- set terms = ('changes.billing_interval', 'changes.interval_count') %}
with

run_settings as (select * from {{ ref('run_settings') }}),

reported as (select * from {{ ref('stg_reported_mrr') }}),

changes as (select * from {{ ref('stg_subscription_changes') }}),

log_entries as (select * from {{ ref('int_subscription_log') }}),

periods as (select * from {{ ref('int_subscription_periods') }}),

items as (select * from {{ ref('int_subscription_items') }}),

exchange_rates as (select * from {{ ref('int_exchange_rates') }}),

-- What was in force of each item when the billing system stated its MRR. An end that is added has no terms.
entries as (
    select
        log_entries.subscription_id,
        log_entries.status,
        changes.included_tax_rate,
        case when changes.discount_kind = 'once' then
            {{ monthly_amount(*(price + ('0', '0') + terms)) }}
            - {{ monthly_amount(*(price + ('changes.discount_rate', 'changes.discount_amount') + terms)) }}
        else 0 end as once_amount,
        row_number() over (
            partition by log_entries.subscription_id, log_entries.item_id order by log_entries.changed_at desc
        ) as recency
    from log_entries
    inner join reported
        on log_entries.subscription_id = reported.subscription_id and log_entries.changed_at <= reported.stated_at
    left join changes
        on
            log_entries.subscription_id = changes.subscription_id
            and log_entries.item_id = changes.item_id and log_entries.changed_at = changes.changed_at
),

states as (
    select
        subscription_id,
        count(*) as item_count,
        min(
            case status
                {%- for status in statuses %}
                when '{{ status }}' then {{ loop.index }}
                {%- endfor %}
            end
        ) as status_number,
        max(included_tax_rate) as included_tax_rate,
        sum(once_amount) as once_amount
    from entries
    where recency = 1
    group by subscription_id
),

amounts as (
    select
        periods.subscription_id,
        sum(periods.mrr_own_amount) as mrr_amount,
        sum(periods.mrr_list_own_amount) as list_amount,
        sum(case when periods.billing_interval = 'week' then periods.mrr_own_amount end) as weekly_amount,
        sum(case when periods.billing_interval = 'day' then periods.mrr_own_amount end) as daily_amount
    from periods
    inner join reported on periods.subscription_id = reported.subscription_id
    where periods.valid_from <= reported.stated_at and coalesce(periods.valid_to > reported.stated_at, true)
    group by periods.subscription_id
),

subscriptions as (
    select
        subscription_id,
        max(customer_id) as customer_id,
        sum(mrr_amount) as mrr_amount,
        sum(committed_mrr_amount) as committed_mrr_amount
    from items
    group by subscription_id
)

select
    reported.subscription_id,
    coalesce(subscriptions.customer_id, reported.customer_id) as customer_id,
    reported.vendor,
    reported.status as reported_status,
    case states.status_number
        {%- for status in statuses %}
        when {{ loop.index }} then '{{ status }}'
        {%- endfor %}
    end as status,
    reported.currency,
    reported.stated_at,
    coalesce(exchange_rates.exchange_rate, reported.exchange_rate) as exchange_rate,
    coalesce(reported.exchange_rate, exchange_rates.exchange_rate) as reported_exchange_rate,
    subscriptions.subscription_id is not null as is_in_log,
    coalesce(subscriptions.mrr_amount, 0) as mrr_amount,
    subscriptions.committed_mrr_amount,
    coalesce(states.item_count, 1) * reported.smallest_amount as rounding_limit,
    cast(reported.mrr_amount as {{ type_double() }}) as reported_own_amount,
    cast(reported.charge_amount as {{ type_double() }}) as charge_own_amount,
    coalesce(cast(states.once_amount as {{ type_double() }}), 0) as once_own_amount,
    coalesce(states.included_tax_rate, 0) as included_tax_rate,
    coalesce(cast(amounts.mrr_amount as {{ type_double() }}), 0) as mrr_own_amount,
    coalesce(cast(amounts.list_amount as {{ type_double() }}), 0) as list_own_amount,
    coalesce(cast(amounts.weekly_amount as {{ type_double() }}), 0) as weekly_own_amount,
    coalesce(cast(amounts.daily_amount as {{ type_double() }}), 0) as daily_own_amount
from reported
cross join run_settings
left join states on reported.subscription_id = states.subscription_id
left join amounts on reported.subscription_id = amounts.subscription_id
left join subscriptions on reported.subscription_id = subscriptions.subscription_id
left join exchange_rates
    on
        reported.currency = exchange_rates.currency
        and exchange_rates.activity_month = {{ month_start('run_settings.as_of_date') }}
