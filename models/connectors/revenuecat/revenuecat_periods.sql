-- Grain: one row per period of a subscription that a store billed or gave: its interval, its end and what follows it.
{{ config(enabled='revenuecat' in var('connectors') | string) }}
{%- set number_words = {'two': 2, 'three': 3, 'four': 4, 'six': 6, 'nine': 9, 'twelve': 12} %}
with

transactions as (select * from {{ ref('base_revenuecat_transactions') }}),

measured_transactions as (

    select
        *,
        replace(replace(replace(product_duration, '_', ' '), '-', ' '), '$rc ', '') as duration,
        {{ days_between('cast(started_at as date)', 'cast(period_ends_at as date)') }} as day_count
    from transactions
    where not is_one_off

),

-- The offer for a beginning has a length of its own: the time from its start to its end.
durations as (
    select
        *,
        case
            when is_intro and not is_trial then null
            when duration like 'p%y' or duration like '%year%' or (duration like '%annual%' and duration not like '%semi%') then 'year'
            when duration like 'p%m' or duration like '%month%' or duration like '%quarter%' or duration like '%semi%' then 'month'
            when duration like 'p%w' or duration like '%week%' then 'week'
            when duration like 'p%d' or duration like '%day%' or duration like '%daily%' then 'day'
        end as unit,
        coalesce(
            case
                when duration like 'p%' then {{ number_in('substring(duration, 2, greatest(length(duration) - 2, 0))') }}
                {%- for word, number in number_words.items() %}
                when duration like '{{ word }}%' then {{ number }}
                {%- endfor %}
                when duration like '%quarter%' then 3
                when duration like '%semi%' then 6
                else {{ number_in(dbt.split_part('duration', "' '", 1)) }}
            end, 1
        ) as unit_count
    from measured_transactions
),

-- Without a duration the days of the period say it, by the lengths that stores sell.
counted_units as (
    select
        *,
        case
            when unit is not null then unit
            when day_count between 363 and 375 then 'year'
            when
                day_count between 27 and 33 or day_count between 58 and 62 or day_count between 88 and 95 or day_count between 179 and 187
                then 'month'
            else 'day'
        end as known_unit,
        case
            when unit is not null then unit_count
            when day_count between 363 and 375 or day_count between 27 and 33 then 1
            when day_count between 58 and 62 then 2
            when day_count between 88 and 95 then 3
            when day_count between 179 and 187 then 6
            when day_count > 0 then day_count
        end as known_count
    from durations
),

ordered_periods as (
    select
        *,
        lead(started_at) over (
            partition by original_transaction_id order by started_at, renewal_number, transaction_id
        ) as next_started_at,
        coalesce(
            max(landed_at) over (), max(updated_at) over (), max(started_at) over ()
        ) as known_until,
        lag(price) over (partition by original_transaction_id, product_id, is_trial, is_intro order by started_at) as earlier_price
    from counted_units
    where started_at is not null
)

select
    transaction_id,
    original_transaction_id as subscription_id,
    app_user_id,
    product_id,
    product_name,
    started_at,
    is_trial,
    is_intro,
    case
        when known_unit = 'month' and mod(cast(known_count as {{ dbt.type_int() }}), 12) = 0 then 'year'
        when known_unit = 'day' and mod(cast(known_count as {{ dbt.type_int() }}), 7) = 0 then 'week'
        else known_unit
    end as billing_interval,
    case
        when known_unit = 'month' and mod(cast(known_count as {{ dbt.type_int() }}), 12) = 0 then known_count / 12
        when known_unit = 'day' and mod(cast(known_count as {{ dbt.type_int() }}), 7) = 0 then known_count / 7
        else known_count
    end as interval_count,
    coalesce(price, earlier_price) * (1 - tax_rate) as unit_amount,
    currency,
    unsubscribed_at,
    resumes_at,
    service_ends_at,
    next_started_at,
    known_until,
    landed_at
from ordered_periods
