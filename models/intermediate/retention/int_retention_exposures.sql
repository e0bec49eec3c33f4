-- Grain: one row per subscription spell and valuation date (filter: spells that had started by then).
{%- set recent_since = add_months('valuation_dates.valuation_date', '-' ~ var('recent_churn_months')) %}
with

spells as (select * from {{ ref('int_service_spells') }}),

valuation_dates as (select * from {{ ref('int_valuation_dates') }}),

churn_recording as (select * from {{ ref('int_churn_recording') }}),

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
        cast({{ recent_since }} as date) as recent_since_date,
        coalesce(spells.ended_date <= cast({{ recent_since }} as date), false) as has_ended_before,
        greatest(
            coalesce(churn_recording.churn_recorded_since_date, spells.started_date), spells.started_date
        ) as recorded_since_date,
        -- Ranked among the spells that had started by then: later customers do not move the label of a past valuation.
        percent_rank() over (
            partition by valuation_dates.valuation_date, spells.renewal_months, spells.customer_size
            order by spells.opening_mrr_amount asc
        ) as mrr_rank
    from spells
    inner join valuation_dates on spells.started_date <= valuation_dates.valuation_date
    inner join churn_recording on valuation_dates.valuation_date = churn_recording.valuation_date

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
        -- Fifths of the first MRR among the spells of the same terms and size: 1 pays the least.
        cast(least(floor(mrr_rank * 5) + 1, 5) as {{ dbt.type_int() }}) as price_band,
        valuation_date,
        is_as_of,
        is_running,
        is_churned,
        has_ended_before,
        {{ elapsed_months('started_date', 'recorded_since_date') }} as unrecorded_months,
        {{ elapsed_months('started_date', 'observed_until_date') }} as elapsed_months,
        {{ elapsed_months('started_date', 'recent_since_date') }} as earlier_months,
        -- Where it churned, in whole months (some days after a renewal, as dunning brings, are at it), or made so far.
        cast(
            case
                when is_churned
                    then
                        greatest(
                            1, ceiling(cast({{ whole_months('served_days') }} as {{ type_double() }}) / renewal_months)
                        )
                else
                    floor(
                        cast({{ elapsed_months('started_date', 'observed_until_date') }} as {{ type_double() }})
                        / renewal_months
                    )
            end
            as {{ dbt.type_int() }}
        ) as renewal_count
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
    price_band,
    is_running,
    is_churned,
    elapsed_months,
    renewal_count,
    -- Renewals before churn was recorded are no evidence of survival: the spell is at risk from then on.
    cast(
        least(
            floor(cast(unrecorded_months as {{ type_double() }}) / renewal_months),
            renewal_count - case when is_churned then 1 else 0 end
        ) as {{ dbt.type_int() }}
    ) as unrecorded_renewal_count,
    -- What it had come to some months before, so that the renewals of these months are those beyond it.
    cast(
        case
            when has_ended_before then renewal_count
            else greatest(
                    least(
                        floor(cast(earlier_months as {{ type_double() }}) / renewal_months),
                        renewal_count - case when is_churned then 1 else 0 end
                    ), 0
                )
        end as {{ dbt.type_int() }}
    ) as earlier_renewal_count
from measured_spells
