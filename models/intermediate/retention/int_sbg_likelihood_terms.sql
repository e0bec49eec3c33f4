-- Grain: one row per valuation date, survival segment, fit method and renewal (filter: renewals with an at-risk set).
with

life_tables as (select * from {{ ref('int_retention_life_tables') }}),

churns as (

    select
        valuation_date,
        survival_segment,
        sum(churn_count) as churn_count
    from life_tables
    group by valuation_date, survival_segment

),

-- Maximum likelihood takes the data as they are. The penalised fit, for data that say too little, adds half a churn,
-- half a renewal and a prior by which ln(alpha) lies around 0, give or take 2, and that counts less as churns are seen.
methods as (

    select
        'maximum_likelihood' as fit_method,
        cast(0 as {{ type_double() }}) as pseudo_count,
        0 as has_prior

    union all

    select
        'penalised' as fit_method,
        cast(0.5 as {{ type_double() }}) as pseudo_count,
        1 as has_prior

)

select
    life_tables.valuation_date,
    life_tables.survival_segment,
    methods.fit_method,
    life_tables.period_number,
    cast(life_tables.period_number - 1 as {{ type_double() }}) as earlier_renewal_count,
    life_tables.churn_count
    + case when life_tables.period_number = 1 then methods.pseudo_count else 0 end as churn_weight,
    life_tables.at_risk_count - life_tables.churn_count
    + case when life_tables.period_number = 1 then methods.pseudo_count else 0 end as renewal_weight,
    case
        when life_tables.period_number = 1
            then methods.has_prior * 0.25 * 30 / (30 + cast(churns.churn_count as {{ type_double() }}))
        else 0
    end as prior_weight
from life_tables
cross join methods
inner join churns
    on
        life_tables.valuation_date = churns.valuation_date
        and life_tables.survival_segment = churns.survival_segment
where life_tables.period_number > 0
