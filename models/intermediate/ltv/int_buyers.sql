-- Grain: one row per valuation date and customer (filter: has purchased by then, and not subscribed).
{%- set valuation = '(partition by histories.valuation_date)' %}
{%- set spend = 'cast(histories.repeat_spend_amount as ' ~ type_double() ~ ')' %}
with

purchases as (select * from {{ ref('int_purchases') }}),

valuation_dates as (select * from {{ ref('int_valuation_dates') }}),

collections as (select * from {{ ref('int_customer_collections') }}),

histories as (

    select
        valuation_dates.valuation_date,
        valuation_dates.activity_month,
        purchases.customer_id,
        cast(count(*) - 1 as {{ dbt.type_int() }}) as repeat_count,
        {{ days_between('min(purchases.purchased_date)', 'max(purchases.purchased_date)') }} as recency_days,
        {{ days_between('min(purchases.purchased_date)', 'valuation_dates.valuation_date') }} as age_days,
        {{ rate('sum(purchases.purchase_amount)', 'count(*)') }} as spend_amount,
        -- The published models take the first purchase for what makes a customer, and the spend of those that follow.
        {{ rate(
            'sum(case when purchases.purchase_number > 1 then purchases.purchase_amount end)', '(count(*) - 1)'
        ) }} as repeat_spend_amount
    from valuation_dates
    inner join purchases
        on
            valuation_dates.valuation_date >= purchases.purchased_date
            and coalesce(valuation_dates.valuation_date < purchases.subscribed_date, true)
    group by valuation_dates.valuation_date, valuation_dates.activity_month, purchases.customer_id

),

known_collections as (

    select
        histories.valuation_date,
        histories.customer_id,
        sum(collections.collected_amount) as collected_amount,
        sum(collections.refunded_amount) as refunded_amount
    from histories
    inner join collections
        on
            histories.customer_id = collections.customer_id
            and histories.activity_month >= collections.activity_month
    group by histories.valuation_date, histories.customer_id

)

select
    histories.valuation_date,
    histories.activity_month,
    histories.customer_id,
    histories.repeat_count,
    cast(histories.recency_days as {{ type_double() }}) / 7 as recency_weeks,
    cast(histories.age_days as {{ type_double() }}) / 7 as age_weeks,
    histories.spend_amount,
    histories.repeat_spend_amount,
    count(histories.repeat_spend_amount) over {{ valuation }} as repeat_customer_count,
    -- Of the customers that have bought again.
    cast(avg({{ spend }}) over {{ valuation }} as {{ type_rate() }}) as mean_spend_amount,
    cast(
        var_samp({{ spend }}) over {{ valuation }}
        / power(avg({{ spend }}) over {{ valuation }}, 2) as {{ type_rate() }}
    ) as spend_variance,
    case
        when
            var_samp({{ spend }}) over {{ valuation }} > 0
            and var_samp(case when histories.repeat_count > 0 then histories.repeat_count end) over {{ valuation }} > 0
            then cast(corr(histories.repeat_count, {{ spend }}) over {{ valuation }} as {{ type_rate() }})
    end as spend_correlation,
    -- The share of what all buyers paid that has not gone back to them.
    greatest(1 - coalesce({{ rate(
        'sum(known_collections.refunded_amount) over ' ~ valuation,
        'sum(known_collections.collected_amount) over ' ~ valuation
    ) }}, 0), 0) as kept_rate
from histories
left join known_collections
    on
        histories.valuation_date = known_collections.valuation_date
        and histories.customer_id = known_collections.customer_id
