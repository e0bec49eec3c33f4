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

),

last_months as (

    select max(activity_month) as activity_month
    from monthly
    where window_months = 12 and not is_partial_month

),

whole_years as (

    select
        last_month,
        new_customer_count,
        spend_amount,
        ltv_cac_ratio
    from channels
    where window_name = 'last_12_months' and acquisition_channel = 'all'

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
    'last_12_months' as window_name,
    monthly.spend_amount as expected_value,
    whole_years.spend_amount as found_value
from last_months
inner join monthly on last_months.activity_month = monthly.activity_month and monthly.window_months = 12
left join whole_years on monthly.activity_month = whole_years.last_month
where
    (whole_years.last_month is null and monthly.new_customer_count > 0)
    or monthly.new_customer_count <> whole_years.new_customer_count
    or (
        whole_years.last_month is not null
        and (
            coalesce(monthly.spend_amount, -1) <> coalesce(whole_years.spend_amount, -1)
            or coalesce(monthly.ltv_cac_ratio, -1) <> coalesce(whole_years.ltv_cac_ratio, -1)
        )
    )
