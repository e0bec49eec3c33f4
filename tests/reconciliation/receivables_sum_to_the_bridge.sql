-- What is owed is what the bridge has left open over all months; where payments are not recorded, nothing is stated.
with

receivables as (

    select
        coalesce(sum(open_amount), 0) as open_amount,
        count(case when open_amount is null then 1 end) as unknown_count
    from {{ ref('receivables') }}

),

bridge as (

    select
        coalesce(sum(-open_amount), 0) as open_amount,
        coalesce(sum(collected_amount), 0) as collected_amount
    from {{ ref('revenue_bridge') }}

)

select
    receivables.open_amount,
    bridge.open_amount as bridge_open_amount,
    receivables.unknown_count
from receivables
cross join bridge
where
    (receivables.unknown_count = 0 and receivables.open_amount <> bridge.open_amount)
    or (receivables.unknown_count > 0 and (receivables.open_amount <> 0 or bridge.collected_amount <> 0))
