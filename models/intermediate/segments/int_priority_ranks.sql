-- Grain: one row per customer and month (filter: scored population, months with a valuation date): ranks by each order.
with

segment_months as (select * from {{ ref('int_segment_months') }}),

health_months as (select * from {{ ref('int_health_months') }}),

months as (select * from {{ ref('int_months') }}),

renewal_dates as (select * from {{ ref('int_renewal_dates') }}),

run_settings as (select * from {{ ref('run_settings') }}),

-- What a customer is worth if it stays, and by its chance to return if it leaves, as known at each month's end. The chance
-- to return is joined here; as long as it is not, who leaves is worth nothing.
values_known as (

    select
        customer_id,
        activity_month,
        cast(stayed_value_amount * {{ var('gross_margin_rate') }} as {{ type_amount() }}) as stayed_value_amount,
        cast(0 as {{ type_amount() }}) as return_value_amount,
        cast((1 - stay_rate_90d) * value_amount * {{ var('gross_margin_rate') }} as {{ type_amount() }})
            as curve_loss_amount
    from {{ ref('int_customer_expected_values') }}
    where value_horizon = 'lifetime'

),

amounts as (

    select
        segment_months.customer_id,
        segment_months.activity_month,
        segment_months.scored_date,
        cast({{ dbt.dateadd('day', var('health_horizon_days'), 'segment_months.scored_date') }} as date)
            as horizon_date,
        {{ month_start('run_settings.as_of_end_at') }} as running_month,
        months.is_as_of_month,
        renewal_dates.churned_date,
        segment_months.mrr_amount,
        segment_months.health_score,
        health_months.churn_probability,
        segment_months.value_at_risk_amount,
        values_known.stayed_value_amount,
        values_known.return_value_amount,
        values_known.curve_loss_amount,
        -- What is lost with it: its value if it stays these days, less that of its chance to return.
        case
            when values_known.stayed_value_amount < values_known.return_value_amount then 0
            else values_known.stayed_value_amount - values_known.return_value_amount
        end as lost_value_amount
    from segment_months
    cross join run_settings
    inner join months on segment_months.activity_month = months.activity_month
    inner join health_months
        on
            segment_months.customer_id = health_months.customer_id
            and segment_months.activity_month = health_months.activity_month
    left join renewal_dates
        on
            segment_months.customer_id = renewal_dates.customer_id
            and segment_months.activity_month = renewal_dates.activity_month
    left join values_known
        on
            segment_months.customer_id = values_known.customer_id
            and segment_months.activity_month = values_known.activity_month

),

losses as (

    select
        customer_id,
        activity_month,
        scored_date,
        horizon_date,
        is_as_of_month,
        mrr_amount,
        health_score,
        churn_probability,
        value_at_risk_amount,
        stayed_value_amount,
        return_value_amount,
        lost_value_amount,
        curve_loss_amount,
        cast(churn_probability * lost_value_amount as {{ type_amount() }}) as expected_loss_amount,
        horizon_date < running_month as is_observed,
        coalesce(churned_date <= horizon_date and horizon_date < running_month, false) as has_churned
    from amounts

)

select
    customer_id,
    activity_month,
    scored_date,
    horizon_date,
    is_as_of_month,
    is_observed,
    has_churned,
    mrr_amount,
    churn_probability,
    stayed_value_amount,
    return_value_amount,
    lost_value_amount,
    expected_loss_amount,
    value_at_risk_amount,
    curve_loss_amount,
    -- Whom an order does not know it puts last: by value at risk, by what the curve alone expects to be lost, by MRR.
    {%- for name, amount in priority_orders().items() %}
    row_number() over (
        partition by activity_month
        order by
            {{ amount }} desc nulls last, value_at_risk_amount desc nulls last, curve_loss_amount desc nulls last,
            mrr_amount desc, customer_id asc
    ) as {{ name }}_rank,
    {%- endfor %}
    count(*) over (partition by activity_month) as customer_count
from losses
