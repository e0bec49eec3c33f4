-- Over all channels and months the funnel counts each lead and customer once, and each is in one stage.
with

leads as (

    select leads.lead_id
    from {{ ref('stg_leads') }} as leads
    left join {{ ref('customers') }} as customers on leads.customer_id = customers.customer_id
    where customers.customer_id is null

),

expected as (

    select
        (select count(*) from leads) + count(*) as lead_count,
        sum(case when customers.cohort_month is not null then 1 else 0 end) as customer_count,
        sum(
            case
                when customers.cohort_month is null or customers.is_active then 0
                when customers.customer_status <> 'paused' then 1
                else 0
            end
        ) as lost_count
    from {{ ref('customers') }} as customers

),

splits as (

    select
        'all' as channel_split,
        'all' as month_split

    union all

    select
        'all' as channel_split,
        'month' as month_split

    union all

    select
        'channel' as channel_split,
        'all' as month_split

    union all

    select
        'channel' as channel_split,
        'month' as month_split

),

funnel as (

    select
        case when acquisition_channel = 'all' then 'all' else 'channel' end as channel_split,
        case when lead_month is null then 'all' else 'month' end as month_split,
        sum(case when funnel_stage = 'lead' then reached_count else 0 end) as lead_count,
        sum(case when funnel_stage = 'customer' then reached_count else 0 end) as customer_count,
        sum(case when funnel_stage = 'lost' then standing_count else 0 end) as lost_count,
        sum(standing_count) as standing_count
    from {{ ref('lifecycle_funnel') }}
    group by
        case when acquisition_channel = 'all' then 'all' else 'channel' end,
        case when lead_month is null then 'all' else 'month' end

)

select
    splits.channel_split,
    splits.month_split,
    coalesce(funnel.lead_count, 0) - expected.lead_count as difference_count
from splits
cross join expected
left join funnel on splits.channel_split = funnel.channel_split and splits.month_split = funnel.month_split
where
    coalesce(funnel.lead_count, 0) <> expected.lead_count
    or coalesce(funnel.customer_count, 0) <> coalesce(expected.customer_count, 0)
    or coalesce(funnel.lost_count, 0) <> coalesce(expected.lost_count, 0)
    or coalesce(funnel.standing_count, 0) <> expected.lead_count
