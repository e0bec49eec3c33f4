-- Every segment has a survival curve, which starts at 1, as soon as any customer has come to a renewal.
with

parameters as (select * from {{ ref('retention_parameters') }}),

renewals as (

    select max(renewal_count) as renewal_count
    from {{ ref('retention_parameters') }}

),

starts as (

    select *
    from {{ ref('retention_curves') }}
    where period_number = 0

)

select
    coalesce(parameters.survival_segment, starts.survival_segment) as survival_segment,
    renewals.renewal_count,
    starts.survival_rate
from parameters
full outer join starts on parameters.survival_segment = starts.survival_segment
cross join renewals
where
    parameters.survival_segment is null
    or (starts.survival_segment is null and renewals.renewal_count > 0)
    or coalesce(starts.survival_rate, 1) <> 1
