-- Grain: one row per customer and month (filter: scored population, months with a valuation date): ranks by each order.
with

segment_months as (select * from {{ ref('int_segment_months') }}),

chances as (select * from {{ ref('int_priority_probabilities') }}),

months as (select * from {{ ref('int_months') }}),

renewal_dates as (select * from {{ ref('int_renewal_dates') }}),

run_settings as (select * from {{ ref('run_settings') }}),

expected_values as (select * from {{ ref('int_customer_expected_values') }}),

return_values as (select * from {{ ref('int_return_values') }}),

-- What it is worth if it stays, and if it leaves by its chance to return: nothing where too few left to tell that.
known_values as (

    select
        {%- for name, amount in {
            'stayed_value': 'expected_values.stayed_value_amount',
            'return_value': 'coalesce(return_values.return_value_amount, 0)',
            'curve_loss': '(1 - expected_values.stay_rate_90d) * expected_values.value_amount',
        }.items() %}
        {{ as_amount(amount ~ ' * ' ~ var('gross_margin_rate')) }} as {{ name }}_amount,
        {%- endfor %}
        expected_values.customer_id,
        expected_values.activity_month
    from expected_values
    left join return_values
        on
            expected_values.valuation_date = return_values.valuation_date
            and expected_values.customer_id = return_values.customer_id
    where expected_values.value_horizon = 'lifetime'

),

lost_values as (

    select
        customer_id,
        activity_month,
        stayed_value_amount,
        return_value_amount,
        case when stayed_value_amount < return_value_amount then 0 else stayed_value_amount - return_value_amount end
            as lost_value_amount,
        curve_loss_amount
    from known_values

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
        chances.probability_model,
        chances.churn_probability,
        segment_months.value_at_risk_amount,
        lost_values.stayed_value_amount,
        lost_values.return_value_amount,
        lost_values.lost_value_amount,
        lost_values.curve_loss_amount,
        {{ as_amount('chances.churn_probability * lost_values.lost_value_amount') }} as expected_loss_amount,
        -- Whom an order does not know comes last: by value at risk, by what the curve alone expects to be lost, by MRR.
        row_number() over (
            partition by segment_months.activity_month
            order by
                segment_months.value_at_risk_amount desc nulls last, lost_values.curve_loss_amount desc nulls last,
                segment_months.mrr_amount desc, segment_months.customer_id asc
        ) as last_rank
    from segment_months
    cross join run_settings
    inner join months on segment_months.activity_month = months.activity_month
    inner join chances
        on segment_months.customer_id = chances.customer_id and segment_months.activity_month = chances.activity_month
    left join renewal_dates
        on
            segment_months.customer_id = renewal_dates.customer_id
            and segment_months.activity_month = renewal_dates.activity_month
    left join lost_values
        on
            segment_months.customer_id = lost_values.customer_id
            and segment_months.activity_month = lost_values.activity_month

)

select
    customer_id,
    activity_month,
    scored_date,
    horizon_date,
    is_as_of_month,
    horizon_date < running_month as is_observed,
    coalesce(churned_date <= horizon_date and horizon_date < running_month, false) as has_churned,
    mrr_amount,
    probability_model,
    churn_probability,
    stayed_value_amount,
    return_value_amount,
    lost_value_amount,
    expected_loss_amount,
    value_at_risk_amount,
    curve_loss_amount,
    {%- for name, amount in priority_orders().items() %}
    row_number() over (partition by activity_month order by {{ amount }} desc nulls last, last_rank asc)
        as {{ name }}_rank,
    {%- endfor %}
    count(*) over (partition by activity_month) as customer_count
from amounts
