-- Grain: one row per subscription of which a billing system states MRR.
{{ config(enabled='chargebee' in var('connectors') | string or 'stripe' in var('connectors') | string) }}
with

run_settings as (select * from {{ ref('run_settings') }})

{%- for vendor in ['chargebee', 'stripe'] if vendor in var('connectors') | string %}
{{ 'union all' if not loop.first }}

select
    reported.subscription_id,
    reported.customer_id,
    reported.vendor,
    reported.status,
    reported.currency,
    reported.mrr_amount,
    reported.charge_amount,
    reported.smallest_amount,
    -- Its rate, where it converts to the currency that we report in.
    case when reported.base_currency = run_settings.reporting_currency then reported.base_exchange_rate end
        as exchange_rate,
    -- What comes after the as-of day counts as of its end.
    least(coalesce({{ local_time('reported.reported_at') }}, run_settings.as_of_end_at), run_settings.as_of_end_at)
        as stated_at
from {{ ref(vendor ~ '_reported_mrr') }} as reported
cross join run_settings
{%- endfor %}
