-- Grain: one row per question sent, answered or not.
with

versions as (

    select
        *,
        count(*) over (partition by response_id) as version_count,
        min(loaded_at) over (partition by response_id) as first_loaded_at,
        row_number() over (
            partition by response_id
            order by
                loaded_at desc,
                {{ row_text([
                    'customer_id', 'user_id', 'sent_at', 'responded_at', 'score', 'comment'
                ]) }} asc
        ) as version_number
    from {{ ref('base_nps_responses') }}
    where reject_reason is null

)

select
    response_id,
    surviving_customer_id as customer_id,
    user_id,
    sent_at,
    responded_at,
    cast(score as {{ dbt.type_bigint() }}) as score,
    comment,
    loaded_at,
    first_loaded_at,
    version_count
from versions
where version_number = 1
