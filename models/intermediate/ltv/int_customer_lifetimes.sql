-- Grain: one row per customer: what came in, and what is expected to come yet.
with

customers as (select * from {{ ref('int_customers') }}),

run_settings as (select * from {{ ref('run_settings') }}),

customer_months as (select * from {{ ref('int_customer_months') }}),

outlooks as (select * from {{ ref('int_customer_expected_values') }}),

last_spells as (

    select
        customer_id,
        survival_segment,
        row_number() over (partition by customer_id order by spell_number desc) as recency
    from {{ ref('int_service_spells') }}

),

collections as (

    select
        customer_id,
        sum(collected_amount) as collected_amount,
        sum(refunded_amount) as refunded_amount
    from {{ ref('int_customer_collections') }}
    group by customer_id

)

select
    customers.customer_id,
    run_settings.as_of_date,
    coalesce(customer_months.is_active, false) as is_active,
    last_spells.survival_segment,
    coalesce(customer_months.active_month_count, 0) as tenure_months,
    coalesce(collections.collected_amount, 0) as collected_amount,
    coalesce(collections.refunded_amount, 0) as refunded_amount,
    cast(
        (coalesce(collections.collected_amount, 0) - coalesce(collections.refunded_amount, 0))
        * {{ var('gross_margin_rate') }} as {{ type_amount() }}
    ) as historic_amount,
    coalesce(customer_months.mrr_amount, 0) as mrr_amount,
    -- Who does not pay is expected to bring nothing more. Who pays has an outlook once any customer had a renewal.
    case when customer_months.is_active then outlooks.expected_months else 0 end as expected_months,
    case
        when customer_months.is_active
            then cast(outlooks.value_amount * {{ var('gross_margin_rate') }} as {{ type_amount() }})
        else 0
    end as future_amount,
    case
        when customer_months.is_active
            then cast(outlooks.value_low_amount * {{ var('gross_margin_rate') }} as {{ type_amount() }})
        else 0
    end as future_low_amount,
    case
        when customer_months.is_active
            then cast(outlooks.value_high_amount * {{ var('gross_margin_rate') }} as {{ type_amount() }})
        else 0
    end as future_high_amount
from customers
cross join run_settings
left join customer_months
    on
        customers.customer_id = customer_months.customer_id
        and customer_months.activity_month = {{ month_start('run_settings.as_of_date') }}
left join outlooks
    on
        customers.customer_id = outlooks.customer_id
        and outlooks.is_as_of
        and outlooks.outlook = 'lifetime'
left join last_spells on customers.customer_id = last_spells.customer_id and last_spells.recency = 1
left join collections on customers.customer_id = collections.customer_id
