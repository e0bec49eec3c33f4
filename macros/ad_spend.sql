{#- What connectors of ads share. -#}

{#- Which part of a campaign's day a row is, as a text: the values of the paths that were loaded. -#}
{% macro landed_part(rows, paths) -%}
    {%- set values = ["''"] -%}
    {%- for path in paths if is_landed(rows, path) -%}
        {%- do values.append("coalesce(" ~ landed(rows, path) ~ ", '') || '|'") -%}
    {%- endfor -%}
    {{ values | join(' || ') }}
{%- endmacro %}

{#- The CTE that orders the versions in a CTE `landed_campaigns`, the newest first. -#}
{% macro ordered_campaigns() -%}
ordered_campaigns as (
    select
        *,
        row_number() over (
            partition by campaign_id order by updated_at desc nulls last, loaded_at desc nulls last, campaign_name asc
        ) as recency
    from landed_campaigns
)
{%- endmacro %}

{#- The CTEs and the selection that make of a CTE `spend` (a row per part of a campaign's day: spend_date, account_id, account_name,
    campaign_id, campaign_name, cost, currency, loaded_at) and the seed `channel_map` a row per day, channel and campaign. Parts without
    a readable cost are a row of their own. No two campaigns may have one key: those of one name have their ids behind it, and where
    the seed may give several connectors one channel, the connector's name. -#}
{% macro ad_spend(connector) -%}
{%- set is_one_of_several = connected_models('marketing_spend') | length > 1 -%}
named_spend as (
    select
        spend_date,
        cost,
        currency,
        loaded_at,
        coalesce(campaign_id, campaign_name, account_id, account_name, '{{ connector }}') as campaign_id,
        first_value(coalesce(campaign_name, case when campaign_id is null then account_name end)) over (
            partition by coalesce(campaign_id, campaign_name, account_id, account_name)
            order by case when campaign_name is null then 1 else 0 end, spend_date desc, loaded_at desc nulls last, campaign_name asc
        ) as campaign_name,
        lower(account_id) as account_id,
        lower(account_name) as account_name,
        cost is null as is_without_cost
    from spend
),

campaigns as (
    select
        campaign_id,
        max(campaign_name) as campaign_name,
        max(account_id) as account_id,
        max(account_name) as account_name,
        count(*) over (partition by max(campaign_name)) as namesake_count
    from named_spend
    group by campaign_id
),

-- The seed knows a campaign before an account, an account before the system; a row for the connector counts before one for all.
channels as (
    select
        campaigns.campaign_id,
        channel_map.channel,
        row_number() over (
            partition by campaigns.campaign_id
            order by
                case
                    when channel_map.source_value in (lower(campaigns.campaign_name), lower(campaigns.campaign_id)) then 1
                    when channel_map.source_value in (campaigns.account_name, campaigns.account_id) then 2
                    else 3
                end,
                case when channel_map.source = 'all' then 1 else 0 end,
                channel_map.source_value asc
        ) as choice
    from campaigns
    inner join channel_map
        on
            channel_map.source in ('{{ connector }}', 'all')
            and channel_map.source_value in (
                lower(campaigns.campaign_name), lower(campaigns.campaign_id), campaigns.account_name, campaigns.account_id, '{{ connector }}'
            )
)

select
    named_spend.spend_date,
    coalesce(channels.channel, '{{ connector }}') as channel,
    coalesce(campaigns.campaign_name, campaigns.campaign_id)
    || case when campaigns.namesake_count > 1 and campaigns.campaign_name is not null then ' (' || campaigns.campaign_id || ')' else '' end
    || {{ "case when channels.channel is not null then ' (" ~ connector ~ ")' else '' end" if is_one_of_several else "''" }} as campaign,
    sum(named_spend.cost) as amount,
    named_spend.currency,
    max(named_spend.loaded_at) as loaded_at
from named_spend
inner join campaigns on named_spend.campaign_id = campaigns.campaign_id
left join channels on campaigns.campaign_id = channels.campaign_id and channels.choice = 1
group by
    named_spend.spend_date, channels.channel, campaigns.campaign_name, campaigns.campaign_id, campaigns.namesake_count,
    named_spend.currency, named_spend.is_without_cost
{%- endmacro %}
