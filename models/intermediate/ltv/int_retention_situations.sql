-- Grain: one row per cutoff, curve, terms and months served in which a customer was then.
with

exposures as (select * from {{ ref('int_retention_exposures') }}),

parameters as (select * from {{ ref('int_retention_parameters') }})

select distinct
    exposures.cutoff_date,
    parameters.curve_segment_name,
    exposures.renewal_months,
    exposures.billing_months,
    exposures.elapsed_months
from exposures
inner join parameters
    on
        exposures.cutoff_date = parameters.cutoff_date
        and exposures.segment_name = parameters.segment_name
where exposures.is_running
