-- Grain: one row per customer and month at whose end it pays: when its terms next renew.
with

statuses as (select * from {{ ref('int_health_statuses') }}),

spells as (select * from {{ ref('int_service_spells') }}),

running_spells as (

    select
        statuses.customer_id,
        statuses.activity_month,
        statuses.scored_date,
        spells.started_date,
        spells.renewal_months,
        spells.ended_date,
        spells.is_churned,
        {{ elapsed_months('spells.started_date', 'statuses.scored_date') }} as elapsed_months
    from statuses
    inner join spells
        on
            statuses.customer_id = spells.customer_id
            and statuses.scored_date >= spells.started_date
            and statuses.scored_date < coalesce(spells.ended_date, {{ dbt.dateadd('day', 1, 'statuses.scored_date') }})

)

select
    customer_id,
    activity_month,
    scored_date,
    cast(
        {{ add_months(
            'started_date',
            'renewal_months * (cast(floor(elapsed_months / cast(renewal_months as ' ~ type_double() ~ ')) as '
            ~ dbt.type_int() ~ ') + 1)'
        ) }} as date
    ) as renewal_date,
    case when is_churned then ended_date end as churned_date
from running_spells
