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
                when customers.cohort_month is not null and not customers.is_active and customers.customer_status <> 'paused' then 1
                else 0
            end
        ) as lost_count
    from {{ ref('customers') }} as customers

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
    funnel.channel_split,
    funnel.month_split,
    funnel.lead_count - expected.lead_count as difference_count
from funnel
cross join expected
where
    funnel.lead_count <> expected.lead_count
    or funnel.customer_count <> expected.customer_count
    or funnel.lost_count <> expected.lost_count
    or funnel.standing_count <> expected.lead_count
