-- Grain: one row per customer (filter: canonical customers).
with

customers as (select * from {{ ref('int_customers') }}),

run_settings as (select * from {{ ref('run_settings') }}),

month_totals as (select * from {{ ref('int_mrr_month_totals') }}),

customer_months as (select * from {{ ref('int_customer_months') }}),

ltv_cac_bands as (select * from {{ ref('ltv_cac_bands') }}),

invoice_counts as (select count(*) as line_count from {{ ref('int_invoice_lines') }}),

last_spells as (

    select
        customer_id,
        survival_segment,
        row_number() over (partition by customer_id order by spell_number desc) as recency
    from {{ ref('int_retention_exposures') }}
    where is_as_of

),

collections as (

    select
        customer_id,
        sum(collected_amount) as collected_amount,
        sum(refunded_amount) as refunded_amount,
        cast((sum(collected_amount) - sum(refunded_amount)) * {{ var('gross_margin_rate') }} as {{ type_amount() }})
            as historic_amount
    from {{ ref('int_customer_collections') }}
    group by customer_id

),

expected_values as (

    select
        customer_id,
        expected_months,
        cast(value_amount * {{ var('gross_margin_rate') }} as {{ type_amount() }}) as future_amount,
        cast(least(value_low_amount, value_amount) * {{ var('gross_margin_rate') }} as {{ type_amount() }})
            as future_low_amount,
        cast(greatest(value_high_amount, value_amount) * {{ var('gross_margin_rate') }} as {{ type_amount() }})
            as future_high_amount
    from {{ ref('int_customer_expected_values') }}
    where is_as_of and value_horizon = 'lifetime'

),

lifetimes as (

    select
        customers.customer_id,
        month_totals.trailing_churn_rate,
        coalesce(customer_months.is_active, false) as is_active,
        coalesce(customer_months.paid_month_count, 0) as tenure_months,
        coalesce(customer_months.mrr_amount, 0) as mrr_amount,
        coalesce(collections.collected_amount, 0) as collected_amount,
        coalesce(collections.refunded_amount, 0) as refunded_amount,
        coalesce(collections.historic_amount, 0) as historic_amount,
        -- Nothing more is expected of inactive customers; of active ones it is unknown before any renewal.
        case when customer_months.is_active then expected_values.expected_months else 0 end as expected_months,
        case when customer_months.is_active then expected_values.future_amount else 0 end as future_amount,
        case when customer_months.is_active then expected_values.future_low_amount else 0 end as future_low_amount,
        case when customer_months.is_active then expected_values.future_high_amount else 0 end as future_high_amount
    from customers
    cross join month_totals
    left join customer_months
        on
            customers.customer_id = customer_months.customer_id
            and month_totals.activity_month = customer_months.activity_month
    left join expected_values on customers.customer_id = expected_values.customer_id
    left join collections on customers.customer_id = collections.customer_id
    where month_totals.is_as_of_month

)

select
    lifetimes.customer_id,
    run_settings.as_of_date,
    lifetimes.is_active,
    last_spells.survival_segment,
    cast(lifetimes.tenure_months as {{ dbt.type_bigint() }}) as tenure_months,
    cast(lifetimes.collected_amount as {{ type_amount() }}) as collected_amount,
    cast(lifetimes.refunded_amount as {{ type_amount() }}) as refunded_amount,
    cast(lifetimes.historic_amount as {{ type_amount() }}) as historic_ltv_amount,
    cast(lifetimes.mrr_amount as {{ type_amount() }}) as mrr_amount,
    cast(lifetimes.expected_months as {{ type_rate() }}) as expected_remaining_months,
    cast(lifetimes.future_amount as {{ type_amount() }}) as expected_future_ltv_amount,
    cast(lifetimes.historic_amount + lifetimes.future_amount as {{ type_amount() }}) as ltv_amount,
    cast(lifetimes.historic_amount + lifetimes.future_low_amount as {{ type_amount() }}) as ltv_low_amount,
    cast(lifetimes.historic_amount + lifetimes.future_high_amount as {{ type_amount() }}) as ltv_high_amount,
    cast(
        {{ rate(
            'case when lifetimes.is_active then lifetimes.mrr_amount * ' ~ var('gross_margin_rate') ~ ' end',
            'lifetimes.trailing_churn_rate'
        ) }} as {{ type_amount() }}
    ) as simple_ltv_amount,
    -- Nothing may be spent on a customer with a negative lifetime value.
    cast(
        case
            when lifetimes.historic_amount + lifetimes.future_amount <= 0 then 0
            else {{ rate('lifetimes.historic_amount + lifetimes.future_amount', 'ltv_cac_bands.min_ltv_cac_ratio') }}
        end as {{ type_amount() }}
    ) as max_cac_amount,
    invoice_counts.line_count > 0 as has_billing_history
from lifetimes
cross join run_settings
cross join ltv_cac_bands
cross join invoice_counts
left join last_spells on lifetimes.customer_id = last_spells.customer_id and last_spells.recency = 1
where ltv_cac_bands.ltv_cac_status = 'green'
