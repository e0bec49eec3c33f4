-- Grain: one row per lead.
with

versions as (

    select
        *,
        count(*) over (partition by lead_id) as version_count,
        row_number() over (
            partition by lead_id
            order by
                loaded_at desc,
                {{ row_text([
                    'created_at', 'channel', 'lead_magnet', 'opted_in_at', 'trip_wire_at',
                    'trip_wire_amount', 'customer_id', 'exit_offer_at'
                ]) }} asc
        ) as version_number
    from {{ ref('base_leads') }}
    where reject_reason is null

)

select
    lead_id,
    created_at,
    channel,
    lead_magnet,
    opted_in_at,
    trip_wire_at,
    cast(trip_wire_amount as {{ type_amount() }}) as trip_wire_amount,
    surviving_customer_id as customer_id,
    exit_offer_at,
    loaded_at,
    version_count
from versions
where version_number = 1
