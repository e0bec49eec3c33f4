-- In each window channels sum to the row all, and the last twelve months are those of the months' own mart.
with

channels as (select * from {{ ref('channel_economics') }}),

monthly as (select * from {{ ref('unit_economics_monthly') }}),

sums as (

    select
        window_name,
        sum(case when acquisition_channel <> 'all' then new_customer_count else 0 end) as channel_customer_count,
        sum(case when acquisition_channel = 'all' then new_customer_count else 0 end) as all_customer_count,
        sum(case when acquisition_channel <> 'all' then spend_amount end) as channel_spend_amount,
        sum(case when acquisition_channel = 'all' then spend_amount end) as all_spend_amount
    from channels
    group by window_name

)

select
    window_name,
    channel_customer_count as expected_value,
    all_customer_count as found_value
from sums
where
    channel_customer_count <> all_customer_count
    or (all_spend_amount is not null and channel_spend_amount <> all_spend_amount)

union all

select
    channels.window_name,
    monthly.spend_amount as expected_value,
    channels.spend_amount as found_value
from channels
inner join monthly on channels.last_month = monthly.activity_month and monthly.window_months = 12
where
    channels.window_name = 'last_12_months'
    and channels.acquisition_channel = 'all'
    and (
        monthly.new_customer_count <> channels.new_customer_count
        or coalesce(monthly.spend_amount, -1) <> coalesce(channels.spend_amount, -1)
        or coalesce(monthly.ltv_cac_ratio, -1) <> coalesce(channels.ltv_cac_ratio, -1)
    )
