-- Every segment with a fit has a survival curve, which starts at 1 with as many customers as were ever at risk.
with

fits as (select * from {{ ref('retention_parameters') }}),

starts as (

    select *
    from {{ ref('retention_curves') }}
    where period_number = 0

)

select
    coalesce(fits.survival_segment, starts.survival_segment) as survival_segment,
    fits.alpha,
    starts.survival_rate
from fits
full outer join starts on fits.survival_segment = starts.survival_segment
where (fits.alpha is null) <> (starts.survival_segment is null) or fits.survival_segment is null
