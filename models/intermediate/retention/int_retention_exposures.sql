-- Grain: one row per subscription spell and valuation date (filter: spells that had started by then).
with

spells as (select * from {{ ref('int_service_spells') }}),

valuation_dates as (select * from {{ ref('int_valuation_dates') }}),

started_spells as (

    select
        spells.customer_id,
        spells.spell_number,
        spells.renewal_months,
        spells.billing_months,
        spells.term_name,
        spells.customer_size,
        spells.started_date,
        valuation_dates.valuation_date,
        valuation_dates.is_as_of,
        coalesce(spells.ended_date > valuation_dates.valuation_date, true) as is_running,
        spells.is_churned and spells.ended_date <= valuation_dates.valuation_date as is_churned,
        {{ days_between('spells.started_date', 'spells.ended_date') }} as served_days,
        least(spells.ended_date, valuation_dates.valuation_date) as observed_until_date,
        -- Ranked among the spells that had started by then: later customers do not move the label of a past valuation.
        percent_rank() over (
            partition by valuation_dates.valuation_date, spells.renewal_months, spells.customer_size
            order by spells.opening_mrr_amount asc
        ) as mrr_rank
    from spells
    inner join valuation_dates on spells.started_date <= valuation_dates.valuation_date

),

measured_spells as (

    select
        customer_id,
        spell_number,
        renewal_months,
        billing_months,
        term_name,
        term_name || ' / ' || case
            when customer_size <> 'unknown' then customer_size
            when mrr_rank * 3 < 1 then 'low_mrr'
            when mrr_rank * 3 < 2 then 'middle_mrr'
            else 'high_mrr'
        end as survival_segment,
        valuation_date,
        is_as_of,
        is_running,
        is_churned,
        {{ elapsed_months('started_date', 'observed_until_date') }} as elapsed_months,
        -- In whole months: an end some days after a renewal, as dunning brings, is an end at it.
        {{ whole_months('served_days') }} as served_months
    from started_spells

)

select
    customer_id,
    spell_number,
    valuation_date,
    is_as_of,
    renewal_months,
    billing_months,
    survival_segment,
    term_name,
    is_running,
    is_churned,
    elapsed_months,
    -- The renewal at which it churned, or the renewals made so far.
    cast(
        case
            when is_churned
                then greatest(1, ceiling(cast(served_months as {{ type_double() }}) / renewal_months))
            else floor(cast(elapsed_months as {{ type_double() }}) / renewal_months)
        end
        as {{ dbt.type_int() }}
    ) as renewal_count
from measured_spells
