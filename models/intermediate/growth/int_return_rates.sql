-- Grain: one row per number of months since churn (filter: observed): the chance to return within the next twelve.
with

spells as (select * from {{ ref('int_service_spells') }}),

run_settings as (select * from {{ ref('run_settings') }}),

numbers as (

    {{ numbers(1200) }}

),

absences as (

    select
        spells.returned_date is not null as has_returned,
        {{ months_between(
            'spells.ended_date', 'coalesce(spells.returned_date, run_settings.as_of_date)'
        ) }} as gone_months
    from spells
    cross join run_settings
    where spells.is_churned

),

-- Of the customers still gone, the share that returned in that month (Kaplan-Meier; those still gone are censored).
months_gone as (

    select
        numbers.n as gone_months,
        count(*) as at_risk_count,
        sum(
            case when absences.has_returned and absences.gone_months = numbers.n then 1 else 0 end
        ) / cast(count(*) as {{ type_double() }}) as return_rate
    from absences
    inner join numbers on absences.gone_months >= numbers.n
    group by numbers.n

)

select
    months_gone.gone_months - 1 as gone_months,
    months_gone.at_risk_count,
    {{ combined_rate('later_months.return_rate') }} as return_rate
from months_gone
inner join months_gone as later_months
    on
        months_gone.gone_months <= later_months.gone_months
        and later_months.gone_months < months_gone.gone_months + 12
group by months_gone.gone_months, months_gone.at_risk_count
