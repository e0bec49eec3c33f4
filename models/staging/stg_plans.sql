-- Grain: one row per plan.
with

versions as (

    select
        *,
        count(*) over (partition by plan_id) as version_count,
        row_number() over (
            partition by plan_id
            order by
                loaded_at desc,
                {{ row_text([
                    'plan_name', 'product_name', 'product_type', 'tier_rank', 'billing_interval',
                    'interval_count', 'unit_amount', 'currency', 'included_seats', 'usage_limit'
                ]) }} asc
        ) as version_number
    from {{ ref('base_plans') }}
    where reject_reason is null

)

select
    plan_id,
    plan_name,
    product_name,
    product_type,
    cast(tier_rank as {{ dbt.type_bigint() }}) as tier_rank,
    billing_interval,
    cast(interval_count as {{ dbt.type_bigint() }}) as interval_count,
    cast(unit_amount as {{ type_amount() }}) as unit_amount,
    currency,
    cast(included_seats as {{ dbt.type_bigint() }}) as included_seats,
    cast(usage_limit as {{ type_amount() }}) as usage_limit,
    loaded_at,
    version_count
from versions
where version_number = 1
