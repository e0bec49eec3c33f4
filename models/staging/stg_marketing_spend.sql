-- Grain: one row per day, channel and campaign (filter: until the as-of day).
with

run_settings as (select * from {{ ref('run_settings') }}),

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
    {{ staged_columns('marketing_spend', 'versions') }},
    versions.version_count
from versions
cross join run_settings
where versions.version_number = 1 and versions.spend_date <= run_settings.as_of_date
