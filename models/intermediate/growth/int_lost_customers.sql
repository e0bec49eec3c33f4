-- Grain: one row per customer that has churned and not come back: when and why it left.
with

standings as (select * from {{ ref('int_customer_status') }}),

run_settings as (select * from {{ ref('run_settings') }}),

spells as (select * from {{ ref('int_service_spells') }}),

reasons as (select * from {{ ref('int_churn_reasons') }})

select
    standings.customer_id,
    run_settings.as_of_date,
    spells.ended_date as left_date,
    {{ days_between('spells.ended_date', 'run_settings.as_of_date') }} as gone_days,
    {{ months_between('spells.ended_date', 'run_settings.as_of_date') }} as gone_months,
    coalesce(reasons.churn_kind, 'voluntary') as churn_kind,
    reasons.cancel_reason
from standings
cross join run_settings
inner join spells
    on standings.customer_id = spells.customer_id and spells.is_churned and spells.returned_date is null
left join reasons on standings.customer_id = reasons.customer_id
where standings.customer_status = 'churned'
