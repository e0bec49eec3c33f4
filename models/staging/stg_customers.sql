-- Grain: one row per customer as received, merged ones included: canonical_customer_id is the one it counts for.
-- Whom only the log or the invoices name is inferred, until customers has a row: no money waits for it.
with

versions as (

    select
        *,
        {{ version_columns('customers') }}
    from {{ valid_rows('customers') }} as valid_rows

),

billed_customers as (
    {% for input_name in ['subscription_changes', 'invoice_lines'] %}
    select
        {{ trimmed('received_rows.customer_id') }} as customer_id,
        {{ local_time('min(received_rows.loaded_at)') }} as loaded_at
    from {{ raw(input_name) }} as received_rows
    group by {{ trimmed('received_rows.customer_id') }}
    {% if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

inferred_customers as (

    select
        billed_customers.customer_id,
        min(billed_customers.loaded_at) as loaded_at
    from billed_customers
    left join versions on billed_customers.customer_id = versions.customer_id
    where billed_customers.customer_id is not null and versions.customer_id is null
    group by billed_customers.customer_id

)

select
    {{ staged_columns('customers', 'versions', {
        'customer_id': 'coalesce(versions.customer_id, inferred_customers.customer_id)',
        'customer_name': 'coalesce(inferred_customers.customer_id, versions.customer_name)',
        'loaded_at': 'coalesce(versions.loaded_at, inferred_customers.loaded_at)',
    }) }},
    coalesce(versions.canonical_customer_id, inferred_customers.customer_id) as canonical_customer_id,
    inferred_customers.customer_id is not null as is_inferred,
    coalesce(versions.version_count, 0) as version_count
from versions
full outer join inferred_customers on versions.customer_id = inferred_customers.customer_id
where coalesce(versions.version_number, 1) = 1
