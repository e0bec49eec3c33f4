-- Grain: one row per customer (filter: has paid): when it first paid, paid again, bought more, churned and returned.
with

spells as (

    select
        *,
        {{ add_months('started_date', 'billing_months') }} as second_bill_date,
        row_number() over (partition by customer_id order by spell_number asc) as spell_order
    from {{ ref('int_service_spells') }}

),

run_settings as (select * from {{ ref('run_settings') }}),

churns as (

    select
        customer_id,
        min(ended_date) as first_lost_date,
        max(ended_date) as last_lost_date,
        min(returned_date) as first_returned_date,
        max(returned_date) as last_returned_date
    from spells
    where is_churned
    group by customer_id

),

extra_purchases as (select * from {{ ref('int_extra_purchases') }}),

purchases as (

    select
        spells.customer_id,
        min(spells.started_date) as customer_date,
        -- The second bill, or a second spell: other terms, or a return.
        least(
            min(
                case
                    when
                        spells.second_bill_date <= run_settings.as_of_date
                        and coalesce(spells.second_bill_date < spells.ended_date, true)
                        then spells.second_bill_date
                end
            ),
            min(case when spells.spell_order = 2 then spells.started_date end)
        ) as repeat_date
    from spells
    cross join run_settings
    group by spells.customer_id

)

select
    purchases.customer_id,
    purchases.customer_date,
    purchases.repeat_date,
    case
        when extra_purchases.first_extra_date is not null
            then greatest(extra_purchases.first_extra_date, purchases.customer_date)
    end as extra_date,
    churns.first_lost_date,
    churns.last_lost_date,
    churns.first_returned_date,
    churns.last_returned_date
from purchases
left join extra_purchases on purchases.customer_id = extra_purchases.customer_id
left join churns on purchases.customer_id = churns.customer_id
