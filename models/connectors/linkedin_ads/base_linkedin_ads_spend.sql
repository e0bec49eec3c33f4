-- Grain: one row per campaign and day, in the account's currency; never in US dollars, which LinkedIn states beside it.
{{ config(enabled='linkedin_ads' in var('connectors') | string) }}
{%- set rows = landed_table('linkedin_ads', ['ad_analytics_by_campaign', 'ad_campaign_analytics', 'ad_analytics'], 'stats') %}
{%- set campaigns = landed_table('linkedin_ads', ['campaign_history', 'campaigns'], 'campaigns') %}
{%- set accounts = landed_table('linkedin_ads', ['account_history', 'accounts'], 'accounts') %}
{#- The interface names things urn:li:<kind>:<id>, and columns by words in one, which warehouses write in small letters. #}
{%- set campaign_id = landed(rows, ['campaign_id', 'sponsoredcampaign', 'pivot_value', 'pivotvalue', 'pivot_values', 'pivotvalues']) %}
{%- set account_id = landed(campaigns, ['account_id', 'account']) %}
with

landed_spend as (

    select
        cast({{ landed(rows, ['day', 'start_date', 'start_at', 'date_range.start'], 'instant') }} as date) as spend_date,
        replace(replace(replace({{ campaign_id }}, '["', ''), '"]', ''), 'urn:li:sponsoredCampaign:', '') as campaign_id,
        cast({{ landed(rows, ['cost_in_local_currency', 'costinlocalcurrency'], 'number') }} as {{ type_amount() }}) as cost,
        {{ landed_at(rows) }} as loaded_at
    from {{ rows.sql }}

),

-- Days are stated again for weeks: of each the newest load counts.
ordered_spend as (
    select
        *,
        rank() over (partition by spend_date, campaign_id order by loaded_at desc nulls last) as recency
    from landed_spend
),

landed_campaigns as (

    select
        {{ landed(campaigns, 'id') }} as campaign_id,
        {{ landed(campaigns, 'name') }} as campaign_name,
        replace({{ account_id }}, 'urn:li:sponsoredAccount:', '') as account_id,
        {{ landed(campaigns, [
            'daily_budget_currency_code', 'dailybudget.currencyCode', 'unit_cost_currency_code', 'unitcost.currencyCode'
        ]) }} as currency,
        {{ landed(campaigns, ['last_modified_time', 'lastmodified'], 'instant') }} as updated_at,
        {{ landed_at(campaigns) }} as loaded_at
    from {{ campaigns.sql }}

),

{{ ordered_campaigns() }},

landed_accounts as (

    select
        {{ landed(accounts, 'id') }} as account_id,
        {{ landed(accounts, 'name') }} as account_name,
        {{ landed(accounts, 'currency') }} as currency,
        {{ landed(accounts, ['last_modified_time', 'lastmodified'], 'instant') }} as updated_at,
        {{ landed_at(accounts) }} as loaded_at
    from {{ accounts.sql }}

),

ordered_accounts as (
    select
        *,
        row_number() over (
            partition by account_id order by updated_at desc nulls last, loaded_at desc nulls last, account_name asc
        ) as recency
    from landed_accounts
)

select
    stats.spend_date,
    campaigns.account_id,
    accounts.account_name,
    stats.campaign_id,
    campaigns.campaign_name,
    stats.cost,
    coalesce(accounts.currency, campaigns.currency) as currency,
    stats.loaded_at
from ordered_spend as stats
left join ordered_campaigns as campaigns on stats.campaign_id = campaigns.campaign_id and campaigns.recency = 1
left join ordered_accounts as accounts on campaigns.account_id = accounts.account_id and accounts.recency = 1
where stats.recency = 1
