-- Grain: one row per part of a campaign's day (ad set, ad, platform), in the account's currency.
{{ config(enabled='facebook_ads' in var('connectors') | string) }}
{%- set rows = landed_table('facebook_ads', ['basic_campaign', 'basic_ad', 'ads_insights', 'facebook_insights', 'insights'], 'stats') %}
{%- set ads = landed_table('facebook_ads', ['ad_history', 'ads'], 'ads') %}
{%- set campaigns = landed_table('facebook_ads', ['campaign_history', 'campaigns'], 'campaigns') %}
{%- set accounts = landed_table('facebook_ads', ['account_history', 'ad_account', 'ad_accounts'], 'accounts') %}
{%- set parts = [
    ['adset_id', 'ad_set_id'], 'ad_id', 'publisher_platform', 'platform_position', 'impression_device', 'device_platform', 'country',
    'region', 'age', 'gender', '_fivetran_id'
] %}
with

landed_spend as (

    select
        cast({{ landed(rows, ['date', 'date_start'], 'instant') }} as date) as spend_date,
        replace({{ landed(rows, 'account_id') }}, 'act_', '') as account_id,
        {{ landed(rows, 'account_name') }} as account_name,
        {{ landed(rows, 'campaign_id') }} as campaign_id,
        {{ landed(rows, 'campaign_name') }} as campaign_name,
        {{ landed(rows, 'ad_id') }} as ad_id,
        {{ landed(rows, 'account_currency') }} as currency,
        {{ landed_part(rows, parts) }} as part,
        cast({{ landed(rows, 'spend', 'number') }} as {{ type_amount() }}) as cost,
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

landed_ads as (

    select
        {{ landed(ads, 'id') }} as ad_id,
        {{ landed(ads, 'campaign_id') }} as campaign_id,
        {{ landed(ads, ['updated_time', 'updated_at'], 'instant') }} as updated_at,
        {{ landed_at(ads) }} as loaded_at
    from {{ ads.sql }}

),

ordered_ads as (
    select
        *,
        row_number() over (partition by ad_id order by updated_at desc nulls last, loaded_at desc nulls last, campaign_id asc) as recency
    from landed_ads
),

landed_campaigns as (

    select
        {{ landed(campaigns, 'id') }} as campaign_id,
        {{ landed(campaigns, 'name') }} as campaign_name,
        {{ landed(campaigns, ['updated_time', 'updated_at'], 'instant') }} as updated_at,
        {{ landed_at(campaigns) }} as loaded_at
    from {{ campaigns.sql }}

),

{{ ordered_campaigns() }},

landed_accounts as (

    select
        replace({{ landed(accounts, ['account_id', 'id']) }}, 'act_', '') as account_id,
        {{ landed(accounts, 'name') }} as account_name,
        {{ landed(accounts, 'currency') }} as currency,
        {{ landed_at(accounts) }} as loaded_at
    from {{ accounts.sql }}

),

ordered_accounts as (
    select
        *,
        row_number() over (partition by account_id order by loaded_at desc nulls last, account_name asc) as recency
    from landed_accounts
)

select
    stats.spend_date,
    stats.account_id,
    coalesce(accounts.account_name, stats.account_name) as account_name,
    coalesce(stats.campaign_id, ads.campaign_id) as campaign_id,
    coalesce(campaigns.campaign_name, stats.campaign_name) as campaign_name,
    stats.cost,
    coalesce(stats.currency, accounts.currency) as currency,
    stats.loaded_at
from ordered_spend as stats
left join ordered_ads as ads on stats.ad_id = ads.ad_id and ads.recency = 1
left join ordered_campaigns as campaigns on coalesce(stats.campaign_id, ads.campaign_id) = campaigns.campaign_id and campaigns.recency = 1
left join ordered_accounts as accounts on stats.account_id = accounts.account_id and accounts.recency = 1
where stats.recency = 1
