-- Grain: one row per cutoff, segment, method and renewal: what a fit is to explain.
with

life_tables as (

    select * from {{ ref('int_retention_life_tables') }}

),

-- Maximum likelihood takes the data as they are. The penalised fit adds half a churn and half a renewal, and a prior by
-- which ln(alpha) lies around 0, give or take 2: it is at hand where the data alone say too little.
methods as (

    select
        'maximum_likelihood' as fit_method,
        cast(0 as {{ type_double() }}) as pseudo_count,
        cast(0 as {{ type_double() }}) as prior_weight

    union all

    select
        'penalised' as fit_method,
        cast(0.5 as {{ type_double() }}) as pseudo_count,
        cast(0.25 as {{ type_double() }}) as prior_weight

)

select
    life_tables.cutoff_date,
    life_tables.segment_name,
    methods.fit_method,
    life_tables.period_number,
    cast(life_tables.period_number - 1 as {{ type_double() }}) as earlier_renewal_count,
    life_tables.churn_count
    + case when life_tables.period_number = 1 then methods.pseudo_count else 0 end as churn_weight,
    life_tables.at_risk_count - life_tables.churn_count
    + case when life_tables.period_number = 1 then methods.pseudo_count else 0 end as renewal_weight,
    case when life_tables.period_number = 1 then methods.prior_weight else 0 end as prior_weight
from life_tables
cross join methods
where life_tables.period_number > 0 and life_tables.at_risk_count > 0
