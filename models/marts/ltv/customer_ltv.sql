-- Grain: one row per customer, those merged into another left out.
with

lifetimes as (select * from {{ ref('int_customer_lifetimes') }}),

company_facts as (select * from {{ ref('int_company_facts') }})

select
    lifetimes.customer_id,
    lifetimes.as_of_date,
    lifetimes.is_active,
    lifetimes.survival_segment,
    cast(lifetimes.tenure_months as {{ dbt.type_bigint() }}) as tenure_months,
    cast(lifetimes.collected_amount as {{ type_amount() }}) as collected_amount,
    cast(lifetimes.refunded_amount as {{ type_amount() }}) as refunded_amount,
    lifetimes.historic_amount as historic_ltv_amount,
    cast(lifetimes.mrr_amount as {{ type_amount() }}) as mrr_amount,
    cast(lifetimes.expected_months as {{ type_rate() }}) as expected_remaining_months,
    cast(lifetimes.future_amount as {{ type_amount() }}) as expected_future_ltv_amount,
    cast(lifetimes.historic_amount + lifetimes.future_amount as {{ type_amount() }}) as ltv_amount,
    cast(lifetimes.historic_amount + least(lifetimes.future_low_amount, lifetimes.future_amount) as {{ type_amount() }})
        as ltv_low_amount,
    cast(
        lifetimes.historic_amount + greatest(lifetimes.future_high_amount, lifetimes.future_amount)
        as {{ type_amount() }}
    ) as ltv_high_amount,
    cast(
        {{ rate(
            'case when lifetimes.is_active then lifetimes.mrr_amount * ' ~ var('gross_margin_rate') ~ ' end',
            'company_facts.logo_churn_rate'
        ) }} as {{ type_amount() }}
    ) as simple_ltv_amount,
    -- Nothing may be spent on a customer that costs more than it brings.
    cast(
        case
            when lifetimes.historic_amount + lifetimes.future_amount <= 0 then 0
            else
                {{ rate('lifetimes.historic_amount + lifetimes.future_amount', 'company_facts.target_ltv_cac_ratio') }}
        end as {{ type_amount() }}
    ) as max_cac_amount,
    company_facts.has_billing_history
from lifetimes
cross join company_facts
