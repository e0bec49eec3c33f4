-- Grain: one row per customer and subscription spell.
with

service_months as (select * from {{ ref('int_service_months') }}),

periods as (select * from {{ ref('int_subscription_periods') }}),

customers as (select * from {{ ref('int_customers') }}),

transfers as (select * from {{ ref('int_transfers') }}),

run_settings as (select * from {{ ref('run_settings') }}),

spells as (

    select
        customer_id,
        spell_number,
        renewal_months,
        billing_months,
        min(activity_month) as first_month,
        {{ add_months('max(activity_month)', 1) }} as next_month,
        max(case when is_spell_start then mrr_amount end) as opening_mrr_amount
    from service_months
    group by customer_id, spell_number, renewal_months, billing_months

),

-- Month ends say in which months service began and ended; the periods in force say on which days.
service_bounds as (

    select
        spells.customer_id,
        spells.spell_number,
        min(
            case
                when {{ month_start('periods.valid_from') }} = spells.first_month and periods.mrr_own_amount > 0
                    then periods.valid_from
            end
        ) as started_at,
        max(case when {{ month_start('periods.valid_to') }} = spells.next_month then periods.valid_to end)
            as ended_at
    from spells
    inner join periods on spells.customer_id = periods.customer_id
    where periods.is_in_force
    group by spells.customer_id, spells.spell_number

),

dated_spells as (

    select
        spells.customer_id,
        spells.spell_number,
        spells.renewal_months,
        spells.billing_months,
        spells.next_month,
        spells.opening_mrr_amount,
        customers.customer_size,
        case
            when spells.renewal_months = 1 then 'month'
            when spells.renewal_months = 12 then 'year'
            else spells.renewal_months || ' months'
        end as term_name,
        coalesce(cast(service_bounds.started_at as date), spells.first_month) as started_date,
        coalesce(cast(service_bounds.ended_at as date), spells.next_month) as ended_date,
        spells.next_month <= run_settings.as_of_date as has_ended,
        -- No churn where the next spell follows at once, on other terms, or another customer took it over.
        coalesce(
            lead(spells.first_month) over (partition by spells.customer_id order by spells.spell_number asc)
            = spells.next_month
            or transfers.transfer_amount < 0,
            false
        ) as is_continued
    from spells
    cross join run_settings
    inner join customers on spells.customer_id = customers.customer_id
    left join service_bounds
        on spells.customer_id = service_bounds.customer_id and spells.spell_number = service_bounds.spell_number
    left join transfers on spells.customer_id = transfers.customer_id and spells.next_month = transfers.activity_month

)

select
    customer_id,
    spell_number,
    renewal_months,
    billing_months,
    term_name,
    customer_size,
    opening_mrr_amount,
    started_date,
    case when is_continued then next_month when has_ended then ended_date end as ended_date,
    has_ended and not is_continued as is_churned,
    case
        when not is_continued then lead(started_date) over (partition by customer_id order by spell_number asc)
    end as returned_date
from dated_spells
