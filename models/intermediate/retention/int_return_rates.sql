-- Grain: one row per valuation date and number of months since churn (filter: observed by then).
with

spells as (select * from {{ ref('int_service_spells') }}),

valuation_dates as (select * from {{ ref('int_valuation_dates') }}),

numbers as ({{ numbers(1200) }}),

absences as (

    select
        valuation_dates.valuation_date,
        valuation_dates.is_as_of,
        coalesce(spells.returned_date <= valuation_dates.valuation_date, false) as has_returned,
        {{ months_between(
            'spells.ended_date',
            'least(coalesce(spells.returned_date, valuation_dates.valuation_date), valuation_dates.valuation_date)'
        ) }} as gone_months
    from spells
    inner join valuation_dates on spells.ended_date <= valuation_dates.valuation_date
    where spells.is_churned

),

absence_counts as (

    select
        valuation_date,
        is_as_of,
        gone_months,
        count(*) as absence_count,
        sum(case when has_returned then 1 else 0 end) as return_count
    from absences
    group by valuation_date, is_as_of, gone_months

),

-- Of the customers still gone, the share that returned in that month (Kaplan-Meier; those still gone are censored).
months_gone as (

    select
        absence_counts.valuation_date,
        absence_counts.is_as_of,
        numbers.n as gone_months,
        sum(absence_counts.absence_count) as at_risk_count,
        sum(case when absence_counts.gone_months = numbers.n then absence_counts.return_count else 0 end)
            as return_count
    from absence_counts
    inner join numbers on absence_counts.gone_months >= numbers.n
    group by absence_counts.valuation_date, absence_counts.is_as_of, numbers.n

)

select
    months_gone.valuation_date,
    months_gone.is_as_of,
    months_gone.gone_months - 1 as gone_months,
    cast(months_gone.at_risk_count as {{ dbt.type_bigint() }}) as at_risk_count,
    cast(sum(later_months.return_count) as {{ dbt.type_bigint() }}) as return_count,
    {{ combined_rate('later_months.return_count / cast(later_months.at_risk_count as ' ~ type_double() ~ ')') }}
        as return_rate
from months_gone
inner join months_gone as later_months
    on
        months_gone.valuation_date = later_months.valuation_date
        and months_gone.gone_months <= later_months.gone_months
        and later_months.gone_months < months_gone.gone_months + 12
group by
    months_gone.valuation_date, months_gone.is_as_of, months_gone.gone_months, months_gone.at_risk_count
