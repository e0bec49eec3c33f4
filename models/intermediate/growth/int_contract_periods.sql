-- Grain: one row per subscription item and log entry (filter: in service): from when to when, and how it renews.
{%- set item_log = 'partition by subscription_id, item_id order by changed_at asc' %}
{%- set item_terms = 'partition by subscription_id, item_id, terms_number' %}
with

entries as (
    select
        *,
        cast(changed_at as date) as changed_date,
        cast(term_started_at as date) as stated_start_date,
        -- A pause, and a trial of what was paid, carry on the terms that the log does not repeat.
        case
            when status not in ('paused', 'trialing')
                then
                    greatest(
                        least(coalesce(term_months, 0), 1200),
                        {{ interval_months('billing_interval', 'interval_count') }}
                    )
        end as stated_months,
        is_in_force and max(mrr_list_own_amount) over ({{ item_log }}) > 0 as is_served,
        sum(case when status in ('paused', 'trialing') then 0 else 1 end) over ({{ item_log }}) as terms_number
    from {{ ref('int_subscription_log') }}
),

served_entries as (

    select
        subscription_id,
        item_id,
        customer_id,
        plan_id,
        currency,
        changed_at,
        changed_date,
        stated_start_date,
        coalesce(max(term_months) over ({{ item_terms }}) >= 1, false) as is_contract,
        auto_renew,
        notice_days,
        mrr_list_own_amount,
        mrr_own_amount,
        cast(discount_ends_at as date) as discount_end_date,
        cast(max(stated_months) over ({{ item_terms }}) as {{ dbt.type_int() }}) as renewal_months,
        -- A pause that lasts too long has ended the service.
        least(
            cast(next_changed_at as date),
            cast({{ dbt.dateadd('day', var('pause_churn_days'), 'cast(paused_at as date)') }} as date)
        ) as ended_date
    from entries
    where is_served or paused_at is not null

),

neighbours as (

    select
        subscription_id,
        item_id,
        changed_at,
        customer_id,
        plan_id,
        currency,
        mrr_list_own_amount,
        mrr_own_amount,
        discount_end_date,
        auto_renew,
        notice_days,
        renewal_months,
        is_contract,
        changed_date,
        stated_start_date,
        ended_date,
        coalesce(lag(ended_date) over ({{ item_log }}) = changed_date, false) as is_continued,
        lag(renewal_months) over ({{ item_log }}) as last_renewal_months,
        lag(changed_date) over ({{ item_log }}) as last_changed_date,
        lag(stated_start_date) over ({{ item_log }}) as last_start_date,
        lead(stated_start_date) over ({{ item_log }}) as next_start_date
    from served_entries

)

select
    subscription_id,
    item_id,
    changed_at,
    customer_id,
    plan_id,
    currency,
    mrr_list_own_amount,
    mrr_own_amount,
    discount_end_date,
    auto_renew,
    notice_days,
    renewal_months,
    -- Neither bound by contract nor billed for longer than a month: the customer is free to leave each month.
    is_contract or coalesce(renewal_months > 1, false) as is_fixed_term,
    is_contract,
    -- A renewal that was recorded late counts from the day on which the term began.
    case
        when is_continued and stated_start_date > coalesce(last_start_date, last_changed_date)
            then greatest(least(stated_start_date, changed_date), last_changed_date)
        else changed_date
    end as valid_from_date,
    case
        when next_start_date > coalesce(stated_start_date, changed_date)
            then least(greatest(next_start_date, changed_date), ended_date)
        else ended_date
    end as valid_until_date,
    -- Where the log does not state when a term began: with the first entry of these terms.
    coalesce(
        stated_start_date,
        max(
            case
                when stated_start_date is not null then stated_start_date
                when not is_continued or last_renewal_months <> renewal_months then changed_date
            end
        ) over (partition by subscription_id, item_id order by changed_at asc)
    ) as first_term_date
from neighbours
