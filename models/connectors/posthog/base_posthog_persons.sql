-- Grain: one row per distinct id of a person, by its newest version.
{{ config(enabled='posthog' in var('connectors') | string) }}
{%- set rows = landed_table('posthog', ['persons', 'person_distinct_ids', 'person'], 'persons') %}
{%- set property = var('posthog_customer_id_property', 'stripe_customer_id') %}
with

landed_persons as (

    select
        {{ landed(rows, ['distinct_id', 'id']) }} as distinct_id,
        {{ landed(rows, ['person_id', 'uuid', 'id']) }} as person_id,
        {{ landed(rows, ['properties.' ~ property, property]) }} as customer_key,
        {{ landed(rows, ['properties.email', 'email']) }} as email,
        coalesce({{ landed(rows, 'is_deleted', 'boolean') }}, false) as is_deleted,
        {{ landed(rows, ['person_distinct_id_version', 'version'], 'number') }} as id_version,
        {{ landed(rows, 'person_version', 'number') }} as person_version,
        {{ landed_at(rows) }} as loaded_at
    from {{ rows.sql }}

),

ordered_persons as (
    select
        *,
        row_number() over (
            partition by distinct_id
            order by id_version desc nulls last, person_version desc nulls last, loaded_at desc nulls last, person_id asc
        ) as recency
    from landed_persons
    where distinct_id is not null
)

-- What an address says is kept, and not the address.
select
    distinct_id,
    person_id,
    customer_key,
    {{ customer_of_address('posthog', 'email') }} as address_customer_id,
    {{ is_own_staff('email') }} as is_own_staff
from ordered_persons
where recency = 1 and not is_deleted
