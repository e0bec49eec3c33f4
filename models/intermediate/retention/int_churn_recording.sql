-- Grain: one row per valuation date.
with

spells as (select * from {{ ref('int_service_spells') }}),

valuation_dates as (select * from {{ ref('int_valuation_dates') }}),

first_churns as (

    select
        valuation_dates.valuation_date,
        min(spells.ended_date) as first_churn_date
    from valuation_dates
    left join spells on spells.is_churned and valuation_dates.valuation_date >= spells.ended_date
    group by valuation_dates.valuation_date

),

-- Months of service of each spell before the first churn, and by the valuation date.
served_spells as (

    select
        first_churns.valuation_date,
        first_churns.first_churn_date,
        spells.renewal_months,
        spells.is_churned and spells.ended_date <= first_churns.valuation_date as is_churned,
        case
            when spells.started_date < first_churns.first_churn_date
                then
                    {{ days_between(
                        'spells.started_date', 'least(spells.ended_date, first_churns.first_churn_date)'
                    ) }}
            else 0
        end as earlier_days,
        {{ days_between('spells.started_date', 'least(spells.ended_date, first_churns.valuation_date)') }}
            as served_days
    from first_churns
    inner join spells on first_churns.valuation_date >= spells.started_date

),

terms as (

    select
        valuation_date,
        first_churn_date,
        renewal_months,
        sum(case when is_churned then 1 else 0 end) as churn_count,
        sum(floor({{ whole_months('earlier_days') }} / cast(renewal_months as {{ type_double() }})))
            as earlier_renewal_count,
        sum(floor({{ whole_months('served_days') }} / cast(renewal_months as {{ type_double() }}))) as renewal_count
    from served_spells
    group by valuation_date, first_churn_date, renewal_months

),

-- Churns that the renewals before the first one would have brought at the churn since.
expectations as (

    select
        valuation_date,
        first_churn_date,
        sum(
            earlier_renewal_count * churn_count / nullif(renewal_count - earlier_renewal_count + churn_count, 0)
        ) as unrecorded_churn_count
    from terms
    group by valuation_date, first_churn_date

)

select
    first_churns.valuation_date,
    case
        when expectations.unrecorded_churn_count >= {{ var('min_unrecorded_churns') }}
            then {{ month_start('first_churns.first_churn_date') }}
    end as churn_recorded_since_date
from first_churns
left join expectations on first_churns.valuation_date = expectations.valuation_date
