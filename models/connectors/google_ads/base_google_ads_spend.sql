-- Grain: one row per part of a campaign's day (device, network, hour, ad group, ad), in the account's currency.
{{ config(enabled='google_ads' in var('connectors') | string) }}
{%- set rows = landed_table('google_ads', [
    'campaign_stats', 'campaign_performance_report', 'campaign_report', 'campaign_metrics', 'campaign', 'campaigns',
    'ad_group_stats', 'ad_stats', 'account_stats', 'account_performance_report'
], 'stats') %}
{%- set campaigns = landed_table('google_ads', ['campaign_history', 'campaign', 'campaigns'], 'campaigns') %}
{%- set accounts = landed_table('google_ads', ['account_history', 'customer', 'customers', 'accounts'], 'accounts') %}
{%- set parts = [
    ['device', 'segments.device'], ['ad_network_type', 'segments.ad_network_type'], ['hour', 'segments.hour'], ['slot', 'segments.slot'],
    ['click_type', 'segments.click_type'], ['ad_group_id', 'ad_group.id'], ['ad_id', 'ad_group_ad.ad.id'], '_fivetran_id'
] %}
{%- set is_by_account = rows.name in ['account_stats', 'account_performance_report'] %}
{#- In Fivetran's tables by ad or ad group `id` is theirs. #}
{%- set campaign_paths = ['campaign.id', 'campaign_id'] + (['id'] if rows.name == 'campaign_stats' else []) %}
with

landed_spend as (

    select
        cast({{ landed(rows, ['date', 'segments.date'], 'instant') }} as date) as spend_date,
        {{ landed(rows, ['customer.id', 'customer_id']) }} as account_id,
        {{ landed(rows, 'customer.descriptive_name') }} as account_name,
        {{ 'cast(null as ' ~ dbt.type_string() ~ ')' if is_by_account else landed(rows, campaign_paths) }} as campaign_id,
        {{ landed(rows, 'campaign.name') }} as campaign_name,
        {{ landed(rows, 'customer.currency_code') }} as currency,
        {{ landed_part(rows, parts + (['id'] if rows.name in ['ad_group_stats', 'ad_stats'] else [])) }} as part,
        {{ rate(landed(rows, ['cost_micros', 'metrics.cost_micros'], 'number'), 1000000) }} as cost,
        {{ landed_at(rows) }} as loaded_at
    from {{ rows.sql }}

),

-- Days are stated again for weeks: of each part the newest load counts, with all its rows.
ordered_spend as (
    select
        *,
        rank() over (partition by spend_date, account_id, campaign_id, part order by loaded_at desc nulls last) as recency
    from landed_spend
),

landed_campaigns as (

    select
        {{ landed(campaigns, ['campaign.id', 'id']) }} as campaign_id,
        {{ landed(campaigns, ['campaign.name', 'name']) }} as campaign_name,
        {{ landed(campaigns, ['customer_id', 'customer.id']) }} as account_id,
        {{ landed(campaigns, ['updated_at', 'segments.date'], 'instant') }} as updated_at,
        {{ landed_at(campaigns) }} as loaded_at
    from {{ campaigns.sql }}

),

{{ ordered_campaigns() }},

landed_accounts as (

    select
        {{ landed(accounts, ['customer.id', 'id']) }} as account_id,
        {{ landed(accounts, ['customer.descriptive_name', 'descriptive_name']) }} as account_name,
        {{ landed(accounts, ['customer.currency_code', 'currency_code']) }} as currency,
        {{ landed(accounts, ['updated_at', 'segments.date'], 'instant') }} as updated_at,
        {{ landed_at(accounts) }} as loaded_at
    from {{ accounts.sql }}

),

ordered_accounts as (
    select
        *,
        row_number() over (
            partition by account_id order by updated_at desc nulls last, loaded_at desc nulls last, account_name asc
        ) as recency,
        count(*) over () = count(*) over (partition by account_id) as is_only_account
    from landed_accounts
)

select
    stats.spend_date,
    stats.campaign_id,
    coalesce(stats.account_id, campaigns.account_id, accounts.account_id) as account_id,
    coalesce(accounts.account_name, stats.account_name) as account_name,
    coalesce(campaigns.campaign_name, stats.campaign_name) as campaign_name,
    stats.cost,
    coalesce(accounts.currency, stats.currency) as currency,
    stats.loaded_at
from ordered_spend as stats
left join ordered_campaigns as campaigns on stats.campaign_id = campaigns.campaign_id and campaigns.recency = 1
left join ordered_accounts as accounts
    on
        accounts.recency = 1
        and (
            accounts.account_id = coalesce(stats.account_id, campaigns.account_id)
            -- Where no row says whose it is, it is that of the one account.
            or (coalesce(stats.account_id, campaigns.account_id) is null and accounts.is_only_account)
        )
where stats.recency = 1
