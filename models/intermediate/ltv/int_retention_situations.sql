-- Grain: one row per cutoff, curve, terms and months served in which a customer was then.
with

exposures as (select * from {{ ref('int_retention_exposures') }}),

parameters as (select * from {{ ref('int_retention_parameters') }})

select distinct
    exposures.cutoff_date,
    parameters.curve_survival_segment,
    exposures.renewal_months,
    exposures.billing_months,
    exposures.elapsed_months
from exposures
inner join parameters
    on
        exposures.cutoff_date = parameters.cutoff_date
        and exposures.survival_segment = parameters.survival_segment
where exposures.is_running
