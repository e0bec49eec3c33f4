-- Grain: one row per day, channel and campaign.
with

versions as (

    select
        *,
        count(*) over (partition by spend_date, channel, campaign) as version_count,
        row_number() over (
            partition by spend_date, channel, campaign
            order by
                loaded_at desc,
                {{ row_text([
                    'amount', 'currency'
                ]) }} asc
        ) as version_number
    from {{ ref('base_marketing_spend') }}
    where reject_reason is null

)

select
    spend_date,
    channel,
    campaign,
    cast(amount as {{ type_amount() }}) as amount,
    currency,
    loaded_at,
    version_count
from versions
where version_number = 1
