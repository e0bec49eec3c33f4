-- Grain: one row per customer (filter: canonical customers).
with

customers as (select * from {{ ref('int_customers') }}),

run_settings as (select * from {{ ref('run_settings') }}),

ltv_months as (select * from {{ ref('int_ltv_months') }}),

customer_months as (select * from {{ ref('int_customer_months') }}),

futures as (select * from {{ ref('int_customer_futures') }}),

ltv_cac_bands as (select * from {{ ref('ltv_cac_bands') }}),

buyers as (select distinct customer_id from {{ ref('int_purchases') }}),

billed_customers as (select distinct customer_id from {{ ref('int_invoice_lines') }}),

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
        sum(estimated_amount) as estimated_amount,
        cast((sum(collected_amount) - sum(refunded_amount)) * {{ var('gross_margin_rate') }} as {{ type_amount() }})
            as historic_amount
    from {{ ref('int_customer_collections') }}
    group by customer_id

),

lifetimes as (

    select
        customers.customer_id,
        case when customer_months.is_active then ltv_months.simple_churn_rate end as simple_churn_rate,
        coalesce(customer_months.is_active, false) as is_active,
        coalesce(customer_months.paid_month_count, 0) as tenure_months,
        coalesce(futures.usage_mrr_amount, 0) as usage_mrr_amount,
        {%- for amount in ['collected_amount', 'refunded_amount', 'estimated_amount', 'historic_amount'] %}
        coalesce(collections.{{ amount }}, 0) as {{ amount }},
        {%- endfor %}
        case when futures.future_amount is not null then futures.ltv_method else 'none' end as ltv_method,
        futures.alive_rate,
        futures.expected_purchase_count,
        futures.return_value_amount,
        {%- for value in ['expected_months', 'future_amount', 'future_low_amount', 'future_high_amount'] %}
        case
            when customer_months.is_active or futures.customer_id is not null or buyers.customer_id is not null
                then futures.{{ value }}
            else 0
        end as {{ value }},
        {%- endfor %}
        coalesce(customer_months.mrr_amount, 0) as mrr_amount
    from customers
    cross join ltv_months
    left join customer_months
        on
            customers.customer_id = customer_months.customer_id
            and ltv_months.activity_month = customer_months.activity_month
    left join futures on customers.customer_id = futures.customer_id
    left join buyers on customers.customer_id = buyers.customer_id and customers.started_date is null
    left join collections on customers.customer_id = collections.customer_id
    where ltv_months.is_as_of

)

select
    lifetimes.customer_id,
    run_settings.as_of_date,
    lifetimes.is_active,
    last_spells.survival_segment,
    lifetimes.ltv_method,
    lifetimes.alive_rate,
    lifetimes.expected_purchase_count,
    cast(lifetimes.tenure_months as {{ dbt.type_bigint() }}) as tenure_months,
    cast(lifetimes.collected_amount as {{ type_amount() }}) as collected_amount,
    case when billed_customers.customer_id is not null then cast(lifetimes.refunded_amount as {{ type_amount() }}) end
        as refunded_amount,
    cast(lifetimes.estimated_amount as {{ type_amount() }}) as estimated_amount,
    lifetimes.estimated_amount > 0 as is_estimated,
    cast(lifetimes.historic_amount as {{ type_amount() }}) as historic_ltv_amount,
    cast(lifetimes.mrr_amount as {{ type_amount() }}) as mrr_amount,
    case when billed_customers.customer_id is not null then cast(lifetimes.usage_mrr_amount as {{ type_amount() }}) end
        as usage_mrr_amount,
    cast(lifetimes.expected_months as {{ type_rate() }}) as expected_remaining_months,
    cast(lifetimes.future_amount as {{ type_amount() }}) as expected_future_ltv_amount,
    lifetimes.return_value_amount,
    cast(lifetimes.historic_amount + lifetimes.future_amount as {{ type_amount() }}) as ltv_amount,
    cast(lifetimes.historic_amount + lifetimes.future_low_amount as {{ type_amount() }}) as ltv_low_amount,
    cast(lifetimes.historic_amount + lifetimes.future_high_amount as {{ type_amount() }}) as ltv_high_amount,
    cast({{ rate(
        'lifetimes.mrr_amount * ' ~ var('gross_margin_rate'), 'lifetimes.simple_churn_rate'
    ) }} as {{ type_amount() }}) as simple_ltv_amount,
    cast(
        case
            when lifetimes.historic_amount + lifetimes.future_amount <= 0 then 0
            else {{ rate('lifetimes.historic_amount + lifetimes.future_amount', 'ltv_cac_bands.min_ltv_cac_ratio') }}
        end as {{ type_amount() }}
    ) as max_cac_amount,
    billed_customers.customer_id is not null as has_billing_history
from lifetimes
cross join run_settings
cross join ltv_cac_bands
left join billed_customers on lifetimes.customer_id = billed_customers.customer_id
left join last_spells on lifetimes.customer_id = last_spells.customer_id and last_spells.recency = 1
where ltv_cac_bands.ltv_cac_status = 'green'
