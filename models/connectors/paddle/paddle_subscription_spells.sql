-- Grain: one row per pause or unpaid time of a subscription, as each version that was in it knows it.
{{ config(enabled='paddle' in var('connectors') | string) }}
with

versions as (
    select
        *,
        lead(status) over (partition by subscription_id order by version_number) as next_status,
        lead(version_at) over (partition by subscription_id order by version_number) as next_version_at,
        lead(period_started_at) over (partition by subscription_id order by version_number) as next_period_started_at
    from {{ ref('base_paddle_subscriptions') }}
),

transactions as (select * from {{ ref('base_paddle_transactions') }}),

-- The oldest bill that nobody has paid; of an unpaid time that is over, the last bill before a version that was in it.
unpaid_bills as (
    select
        versions.subscription_id,
        versions.version_number,
        min(case when transactions.status in ('past_due', 'billed') then transactions.billed_at end) as oldest_unpaid_at,
        max(transactions.billed_at) as last_billed_at
    from versions
    inner join transactions
        on
            versions.subscription_id = transactions.subscription_id
            and (transactions.billed_at <= versions.version_at or transactions.status in ('past_due', 'billed'))
    where versions.status = 'past_due'
    group by versions.subscription_id, versions.version_number
),

spells as (

    -- A billing period that begins with the resumption dates it, else the version that is no longer paused does. What was canceled
    -- and has a pause was in it.
    select
        subscription_id,
        'paused' as status,
        coalesce(paused_at, version_at) as started_at,
        case
            when next_status is null then case when change_action = 'resume' then coalesce(change_at, resume_at) end
            when next_status = 'paused' then next_version_at
            when next_period_started_at > coalesce(paused_at, version_at) and next_period_started_at <= next_version_at
                then next_period_started_at
            else next_version_at
        end as ended_at
    from versions
    where status = 'paused' or (status = 'canceled' and paused_at is not null)

    union all

    select
        subscription_id,
        'paused' as status,
        change_at as started_at,
        resume_at as ended_at
    from versions
    where recency = 1 and status <> 'paused' and change_action = 'pause'

    union all

    select
        versions.subscription_id,
        'past_due' as status,
        coalesce(
            case when versions.recency = 1 then unpaid_bills.oldest_unpaid_at end,
            unpaid_bills.last_billed_at,
            versions.period_started_at,
            versions.version_at
        ) as started_at,
        versions.next_version_at as ended_at
    from versions
    left join unpaid_bills
        on versions.subscription_id = unpaid_bills.subscription_id and versions.version_number = unpaid_bills.version_number
    where versions.status = 'past_due'

)

select
    subscription_id,
    status,
    started_at,
    max(ended_at) as ended_at
from spells
where coalesce(ended_at > started_at, started_at is not null)
group by subscription_id, status, started_at, case when ended_at is null then 1 else 0 end
