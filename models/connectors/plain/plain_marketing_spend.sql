-- Grain: one row per month, channel, campaign and load of the plain table marketing_spend, dated by the month's first day.
-- Rows of one load are summed, a later load replaces them. What has no amount that can be read is a row of its own.
{{ config(materialized='view', enabled='plain_marketing_spend' in var('connectors') | string) }}
with

spend as (select * from {{ source('plain', 'marketing_spend') }}),

sums as (

    select
        {{ month_start('month') }} as spend_date,
        channel,
        coalesce(campaign, channel) as campaign,
        sum(amount) as amount,
        upper(trim(currency)) as currency,
        unreadable_value,
        loaded_at
    from spend
    group by
        {{ month_start('month') }}, channel, coalesce(campaign, channel), upper(trim(currency)), unreadable_value, loaded_at, amount is null

)

select
    spend_date,
    channel,
    -- Sums in two currencies are two campaigns: neither takes the other's place.
    campaign || case
        when
            min(coalesce(currency, '')) over (partition by spend_date, channel, campaign)
            <> max(coalesce(currency, '')) over (partition by spend_date, channel, campaign)
            then ' (' || coalesce(currency, 'no currency') || ')'
        else ''
    end as campaign,
    amount,
    currency,
    unreadable_value,
    loaded_at
from sums
