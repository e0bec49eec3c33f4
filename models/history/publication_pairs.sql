-- Grain: one row per kind of level and what it is of: what the publication before said, and what this build says.
with

known_levels as (select * from {{ ref('known_levels') }}),

customers as (select * from {{ ref('stg_customers') }}),

run_settings as (select * from {{ ref('run_settings') }}),

builds as (

    select
        known_levels.build_id,
        known_levels.as_of_date,
        known_levels.reporting_currency,
        known_levels.build_id = run_settings.build_id as is_running,
        max(case when known_levels.level_kind = 'month' then known_levels.entity_key end) as last_month
    from known_levels
    cross join run_settings
    group by known_levels.build_id, known_levels.as_of_date, known_levels.reporting_currency, run_settings.build_id

),

publications as (

    select
        running.as_of_date,
        earlier.as_of_date as previous_as_of_date,
        running.build_id,
        earlier.build_id as previous_build_id,
        coalesce(running.reporting_currency, '') = coalesce(earlier.reporting_currency, '') as is_same_currency,
        running.last_month,
        earlier.last_month as previous_last_month
    from builds as running
    inner join builds as earlier on running.is_running and not earlier.is_running

),

earlier_levels as (

    select
        known_levels.level_kind,
        coalesce(customers.canonical_customer_id, known_levels.entity_key) as entity_key,
        -- In another currency an amount is another number, not a change.
        cast(sum(case
            when publications.is_same_currency or known_levels.level_kind = 'rejection' then known_levels.level_amount
        end) as {{ type_amount() }}) as level_amount,
        case when min(known_levels.own_currency) = max(known_levels.own_currency) then sum(known_levels.own_amount) end
            as own_amount,
        max(known_levels.own_currency) as own_currency,
        -- Of merged accounts the one that is left says what its status was, where it had one.
        {%- for column in ['customer_status', 'health_status', 'account_hash'] %}
        coalesce(
            max(case when customers.customer_id = customers.canonical_customer_id then known_levels.{{ column }} end),
            max(known_levels.{{ column }})
        ) as {{ column }},
        {%- endfor %}
        max(known_levels.active_count) as active_count,
        max(known_levels.paid_count) as paid_count
    from known_levels
    inner join publications on known_levels.build_id = publications.previous_build_id
    left join customers on known_levels.level_kind = 'customer' and known_levels.entity_key = customers.customer_id
    group by known_levels.level_kind, coalesce(customers.canonical_customer_id, known_levels.entity_key)

),

running_levels as (

    select
        known_levels.level_kind,
        known_levels.entity_key,
        known_levels.level_amount,
        known_levels.own_amount,
        known_levels.own_currency,
        known_levels.customer_status,
        known_levels.health_status,
        known_levels.active_count,
        known_levels.account_hash
    from known_levels
    inner join publications on known_levels.build_id = publications.build_id

)

select
    publications.as_of_date,
    publications.previous_as_of_date,
    publications.is_same_currency,
    coalesce(running_levels.level_kind, earlier_levels.level_kind) as level_kind,
    coalesce(running_levels.entity_key, earlier_levels.entity_key) as entity_key,
    earlier_levels.level_amount as previous_amount,
    running_levels.level_amount as current_amount,
    earlier_levels.customer_status as previous_status,
    running_levels.customer_status as current_status,
    earlier_levels.health_status as previous_health_status,
    running_levels.health_status as current_health_status,
    coalesce(running_levels.active_count, 0) > coalesce(earlier_levels.active_count, 0) as has_begun,
    coalesce(running_levels.active_count, 0) < coalesce(earlier_levels.active_count, 0) as has_ended,
    coalesce(earlier_levels.paid_count, 0) > 0 as had_paid,
    coalesce(
        publications.is_same_currency
        and earlier_levels.own_amount = running_levels.own_amount
        and earlier_levels.own_currency = running_levels.own_currency, false
    ) as has_same_own_amount,
    coalesce(earlier_levels.account_hash = running_levels.account_hash, false) as has_same_account
from running_levels
full outer join earlier_levels
    on
        running_levels.level_kind = earlier_levels.level_kind
        and running_levels.entity_key = earlier_levels.entity_key
cross join publications
where
    -- A month that is complete in one of them alone is no restatement.
    coalesce(running_levels.level_kind, earlier_levels.level_kind) <> 'month'
    or (
        publications.is_same_currency
        and coalesce(running_levels.entity_key, earlier_levels.entity_key) <= publications.last_month
        and coalesce(running_levels.entity_key, earlier_levels.entity_key) <= publications.previous_last_month
    )
