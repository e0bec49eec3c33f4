-- Grain: one row per day, channel and campaign.
with

versions as (

    select
        *,
        count(*) over (partition by spend_date, channel, campaign) as version_count,
        row_number() over (
            partition by spend_date, channel, campaign
            order by loaded_at desc, {{ row_text(value_columns('marketing_spend')) }} asc
        ) as version_number
    from {{ ref('base_marketing_spend') }}
    where reject_reason is null

)

select
    {{ staged_columns('marketing_spend') }},
    version_count
from versions
where version_number = 1
