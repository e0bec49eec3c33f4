-- Grain: one row per subscription of which a billing system states MRR.
{{ config(enabled='chargebee' in var('connectors') | string or 'stripe' in var('connectors') | string) }}
{%- set vendors = ['chargebee', 'stripe'] %}

{%- for vendor in vendors if vendor in var('connectors') | string %}
{{ 'union all' if not loop.first }}

select
    subscription_id,
    customer_id,
    vendor,
    status,
    currency,
    mrr_amount,
    charge_amount,
    smallest_amount,
    base_currency,
    base_exchange_rate,
    {{ local_time('reported_at') }} as reported_at
from {{ ref(vendor ~ '_reported_mrr') }}
{%- endfor %}
