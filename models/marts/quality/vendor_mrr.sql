-- Grain: one row per subscription of which the billing system states MRR (filter: a connector whose vendor states it).
{{ config(enabled='chargebee' in var('connectors') | string or 'stripe' in var('connectors') | string) }}
{%- set difference = '(mrr_own_amount - reported_own_amount)' %}
{#- Where one of the two counts nothing, the status says why. -#}
{%- set of_status = {
    'trialing': 'trial', 'signed': 'not_started', 'past_due': 'past_due', 'unpaid': 'past_due', 'paused': 'paused',
    'canceled': 'ended', 'expired': 'ended', 'non_renewing': 'non_renewing',
} %}
{#- Else what it would make of our MRR must be what the billing system states, to the smallest unit of money. -#}
{%- set of_amount = [
    ('discount', 'mrr_own_amount - list_own_amount'),
    ('one_time_discount', 'once_own_amount'),
    ('one_time_charge', '-1 * charge_own_amount'),
    ('tax', '-1 * mrr_own_amount * included_tax_rate'),
    ('planned_change', 'mrr_own_amount - committed_own_amount'),
    ('four_weeks_a_month', 'weekly_own_amount * 4 / 52.0'),
    ('thirty_days_a_month', 'daily_own_amount * 5 / 365.0'),
] %}
with

run_settings as (select * from {{ ref('run_settings') }}),

compared as (
    select
        *,
        {{ rate('committed_mrr_amount', 'exchange_rate') }} as committed_own_amount
    from {{ ref('int_reported_mrr') }}
),

explained as (
    select
        *,
        case
            when exchange_rate is null then 'missing_exchange_rate'
            when abs({{ difference }}) <= rounding_limit then null
            when not is_in_log then 'not_in_log'
            when mrr_own_amount = 0 and status is null then 'not_started'
            {%- for column, known in [('status', 'mrr_own_amount'), ('reported_status', 'reported_own_amount')] %}
            {%- for status, cause in of_status.items() %}
            when {{ known }} = 0 and {{ column }} = '{{ status }}' then '{{ cause }}'
            {%- endfor %}
            {%- endfor %}
            {%- for cause, amount in of_amount %}
            when abs({{ difference }} - ({{ amount }})) <= rounding_limit then '{{ cause }}'
            {%- endfor %}
            else 'unexplained'
        end as cause
    from compared
),

-- In the reporting currency. What is left of each step is that of its decimals.
converted as (
    select
        *,
        cast(reported_own_amount * reported_exchange_rate as {{ type_amount() }}) as vendor_mrr_amount,
        cast(reported_own_amount * (exchange_rate - reported_exchange_rate) as {{ type_amount() }}) as currency_amount,
        cast(case when cause is null then 0 else {{ difference }} * exchange_rate end as {{ type_amount() }})
            as cause_amount,
        cast(
            case
                when abs(mrr_amount - mrr_own_amount * exchange_rate) <= rounding_limit * exchange_rate then 0
                else mrr_amount - mrr_own_amount * exchange_rate
            end as {{ type_amount() }}
        ) as later_change_amount
    from explained
)

select
    converted.subscription_id,
    run_settings.as_of_date,
    converted.customer_id,
    converted.vendor,
    converted.reported_status as vendor_status,
    converted.status,
    converted.currency,
    converted.stated_at,
    cast(converted.reported_own_amount as {{ type_amount() }}) as vendor_mrr_own_amount,
    converted.vendor_mrr_amount,
    converted.currency_amount,
    converted.cause,
    converted.cause_amount,
    converted.later_change_amount,
    cast(
        converted.mrr_amount - converted.vendor_mrr_amount - converted.currency_amount - converted.cause_amount
        - converted.later_change_amount as {{ type_amount() }}
    ) as rounding_amount,
    cast(converted.mrr_amount as {{ type_amount() }}) as mrr_amount,
    cast(converted.mrr_amount - converted.vendor_mrr_amount as {{ type_amount() }}) as difference_amount
from converted
cross join run_settings
