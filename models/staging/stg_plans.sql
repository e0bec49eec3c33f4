-- Grain: one row per plan. What only the log or the invoices name is inferred, until plans has a row.
with

versions as (

    select
        *,
        {{ version_columns('plans') }}
    from {{ valid_rows('plans') }} as valid_rows

),

billed_plans as (

    select {{ trimmed('received_changes.plan_id') }} as plan_id
    from {{ raw('subscription_changes') }} as received_changes

    union distinct

    select {{ trimmed('received_lines.plan_id') }} as plan_id
    from {{ raw('invoice_lines') }} as received_lines

),

inferred_plans as (

    select billed_plans.plan_id
    from billed_plans
    left join versions on billed_plans.plan_id = versions.plan_id
    where billed_plans.plan_id is not null and versions.plan_id is null

)

select
    {{ staged_columns('plans', 'versions', {
        'plan_id': 'coalesce(versions.plan_id, inferred_plans.plan_id)',
        'plan_name': 'coalesce(inferred_plans.plan_id, versions.plan_name)',
    }) }},
    inferred_plans.plan_id is not null as is_inferred,
    coalesce(versions.version_count, 0) as version_count
from versions
full outer join inferred_plans on versions.plan_id = inferred_plans.plan_id
where coalesce(versions.version_number, 1) = 1
