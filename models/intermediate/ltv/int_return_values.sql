-- Grain: one row per valuation date and customer (filter: in service, or churned and not returned, by then).
{%- set due = 'schedules.due_weight * exp(states.hazard_ratio * curves.log_survival)' %}
{%- set customer = 'exposures.valuation_date, exposures.customer_id' %}
{%- set state = 'valuation_date, survival_segment, hazard_ratio, renewal_months, billing_months' %}
with

spells as (select * from {{ ref('int_service_spells') }}),

exposures as (select * from {{ ref('int_retention_exposures') }}),

valuation_dates as (select * from {{ ref('int_valuation_dates') }}),

service_months as (select * from {{ ref('int_service_months') }}),

return_rates as (select * from {{ ref('int_return_rates') }}),

hazard_ratios as (select * from {{ ref('int_hazard_ratios') }}),

curves as (select * from {{ ref('int_survival_curves') }}),

schedules as (select * from {{ ref('int_billing_schedules') }}),

paid_months as (

    select
        customer_id,
        spell_number,
        mrr_amount,
        row_number() over (partition by customer_id, spell_number order by activity_month desc) as recency
    from service_months
    where mrr_amount > 0

),

-- A customer would return on the terms of its last spell by then.
last_spells as (

    select
        {{ 'exposures.' ~ state | replace(', ', ', exposures.') | replace('exposures.h', 'hazard_ratios.h') }},
        exposures.customer_id,
        valuation_dates.is_as_of,
        exposures.is_churned,
        case
            when exposures.is_churned then {{ months_between('spells.ended_date', 'exposures.valuation_date') }} else 0
        end as gone_months,
        case when exposures.is_churned then paid_months.mrr_amount else service_months.mrr_amount end as mrr_amount,
        row_number() over (partition by {{ customer }} order by exposures.spell_number desc) as recency
    from exposures
    inner join valuation_dates on exposures.valuation_date = valuation_dates.valuation_date
    inner join spells on exposures.customer_id = spells.customer_id and exposures.spell_number = spells.spell_number
    left join paid_months
        on
            exposures.customer_id = paid_months.customer_id
            and exposures.spell_number = paid_months.spell_number
            and paid_months.recency = 1
    left join service_months
        on
            exposures.customer_id = service_months.customer_id
            and valuation_dates.activity_month = service_months.activity_month
    inner join hazard_ratios
        on
            exposures.valuation_date = hazard_ratios.valuation_date
            and exposures.survival_segment = hazard_ratios.survival_segment
            and exposures.price_band = hazard_ratios.price_band
    where valuation_dates.is_in_history

),

states as (select distinct {{ state }} from last_spells),

-- Of a customer that starts today, for 1 of MRR: the first bill at once, and those to come; the mean of its square.
starts as (

    select
        {{ 'states.' ~ state | replace(', ', ', states.') }},
        states.billing_months + sum({{ due }}) as value_months,
        states.billing_months * states.billing_months + sum(
            {{ due }} * (2 * states.billing_months + 2 * schedules.cumulative_weight - schedules.due_weight)
        ) as squared_value_months
    from states
    inner join schedules
        on
            states.billing_months = schedules.billing_months
            and schedules.months_since_bill = 0
            and schedules.value_horizon = 'lifetime'
    inner join curves
        on
            states.valuation_date = curves.valuation_date
            and states.survival_segment = curves.survival_segment
            and {{ at_last_renewal('schedules.months_ahead', 'states.renewal_months') }} = curves.served_months
    group by {{ 'states.' ~ state | replace(', ', ', states.') }}

)

select
    last_spells.valuation_date,
    last_spells.customer_id,
    last_spells.is_as_of,
    last_spells.is_churned,
    return_rates.return_rate,
    {{ as_amount('last_spells.mrr_amount * starts.value_months') }} as returned_value_amount,
    {{ as_amount('return_rates.return_rate * last_spells.mrr_amount * starts.value_months') }} as return_value_amount,
    power(last_spells.mrr_amount, 2) * return_rates.return_rate
    * (starts.squared_value_months - return_rates.return_rate * power(starts.value_months, 2)) as value_variance,
    1 / sqrt(nullif(cast(return_rates.return_count as {{ type_double() }}), 0)) as level_error
from last_spells
inner join starts
    on
        last_spells.valuation_date = starts.valuation_date
        and last_spells.survival_segment = starts.survival_segment
        and last_spells.hazard_ratio = starts.hazard_ratio
        and last_spells.renewal_months = starts.renewal_months
        and last_spells.billing_months = starts.billing_months
inner join return_rates
    on
        last_spells.valuation_date = return_rates.valuation_date
        and last_spells.gone_months = return_rates.gone_months
        and return_rates.at_risk_count >= {{ var('min_lost_customers') }}
where last_spells.recency = 1 and last_spells.mrr_amount > 0
