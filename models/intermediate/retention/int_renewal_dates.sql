-- Grain: one row per customer and month (filter: months at whose end the customer has MRR).
with

customer_months as (select * from {{ ref('int_customer_months') }}),

months as (select * from {{ ref('int_months') }}),

spells as (select * from {{ ref('int_service_spells') }}),

active_months as (

    select
        customer_months.customer_id,
        customer_months.activity_month,
        cast({{ dbt.dateadd('day', -1, 'months.month_end_at') }} as date) as scored_date
    from customer_months
    inner join months on customer_months.activity_month = months.activity_month
    where customer_months.is_active

),

running_spells as (

    select
        active_months.customer_id,
        active_months.activity_month,
        active_months.scored_date,
        spells.started_date,
        spells.renewal_months,
        spells.ended_date,
        spells.is_churned,
        {{ elapsed_months('spells.started_date', 'active_months.scored_date') }} as elapsed_months
    from active_months
    inner join spells
        on
            active_months.customer_id = spells.customer_id
            and active_months.scored_date >= spells.started_date
            and active_months.scored_date
            < coalesce(spells.ended_date, {{ dbt.dateadd('day', 1, 'active_months.scored_date') }})

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
    ) as billing_renewal_date,
    case when is_churned then ended_date end as churned_date
from running_spells
