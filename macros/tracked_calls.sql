{#- Segment and RudderStack write the same tables of the calls track, identify, group and alias; these macros hold the SQL of both. -#}

{#- The tables of events: those that a company has listed, each with its event's properties as columns; else that of all events. -#}
{% macro event_tables(vendor, names) -%}
    {%- set tables = [] -%}
    {%- for name in names -%}
        {%- set home = source(vendor, 'tracks') -%}
        {%- set nothing = '(select 1 as nothing where false) as calls' -%}
        {%- set table = {'name': name, 'vendor': vendor, 'alias': 'calls', 'columns': {}, 'sql': nothing} -%}
        {%- if execute -%}
            {%- set relation = adapter.get_relation(home.database, home.schema, name) -%}
            {%- if not relation -%}
                {%- do exceptions.raise_compiler_error(
                    'var ' ~ vendor ~ '_event_tables: found no table ' ~ home.schema ~ '.' ~ name
                    ~ ', expected the names of tables of events. Remove it from the list, or load it.'
                ) -%}
            {%- endif -%}
            {%- for column in adapter.get_columns_in_relation(relation) -%}
                {%- do table.columns.update({column.name | lower: column.dtype | lower}) -%}
            {%- endfor -%}
            {%- do table.update({'sql': relation | string ~ ' as calls'}) -%}
        {%- endif -%}
        {%- do tables.append(table) -%}
    {%- endfor -%}
    {{ return(tables or [landed_table(vendor, ['tracks', 'track'], 'calls')]) }}
{%- endmacro %}

{#- The calls of track, in the shape of macro used_days. The property or trait `property` holds the billing customer's id. -#}
{% macro track_calls(vendor, property, tables) -%}
{%- for rows in event_tables(vendor, tables) %}
select
    {{ event_id_of(rows, ['id', 'message_id'], ['anonymous_id', 'user_id', 'event', 'timestamp', 'received_at']) }} as event_id,
    {{ landed(rows, ['event_text', 'event', 'event_name']) }} as event_name,
    {{ landed(rows, ['anonymous_id', 'anonymousId']) }} as anonymous_id,
    {{ landed(rows, ['user_id', 'userId']) }} as user_id,
    {{ landed(rows, ['context.group_id', 'context.groupId']) }} as account_id,
    {{ landed(rows, [property, 'properties.' ~ property, 'context.traits.' ~ property]) }} as customer_key,
    {{ landed(rows, 'context.traits.email') }} as email,
    {{ landed(rows, ['timestamp', 'original_timestamp', 'originalTimestamp'], 'instant') }} as occurred_at,
    {{ arrived_at(rows, ['received_at', 'receivedAt', 'uuid_ts']) }} as loaded_at
from {{ rows.sql }}
{{ 'union all' if not loop.last }}
{%- endfor -%}
{%- endmacro %}

{#- Which user an anonymous id was, from when until when: by the calls of identify and alias. -#}
{% macro identified_users(vendor) -%}
{%- set identifies = landed_table(vendor, ['identifies', 'identify'], 'identifies') -%}
{%- set aliases = landed_table(vendor, ['aliases', 'alias'], 'aliases') -%}
with

calls as (

    select
        {{ landed(identifies, ['anonymous_id', 'anonymousId']) }} as anonymous_id,
        {{ landed(identifies, ['user_id', 'userId']) }} as user_id,
        coalesce(
            {{ landed(identifies, ['timestamp', 'original_timestamp', 'originalTimestamp'], 'instant') }},
            {{ arrived_at(identifies, ['received_at', 'receivedAt', 'uuid_ts']) }}
        ) as linked_at
    from {{ identifies.sql }}

    union all

    select
        {{ landed(aliases, ['previous_id', 'previousId']) }} as anonymous_id,
        {{ landed(aliases, ['user_id', 'userId']) }} as user_id,
        coalesce(
            {{ landed(aliases, ['timestamp', 'original_timestamp', 'originalTimestamp'], 'instant') }},
            {{ arrived_at(aliases, ['received_at', 'receivedAt', 'uuid_ts']) }}
        ) as linked_at
    from {{ aliases.sql }}

),

{{ link_periods() }}
{%- endmacro %}

{#- Which account a user belonged to, from when until when: by the calls of group. The first goes back to the user's first event. -#}
{% macro grouped_users(vendor) -%}
{%- set groups = landed_table(vendor, ['groups', 'group'], 'calls') -%}
with

calls as (
    select
        {{ landed(groups, ['user_id', 'userId']) }} as user_id,
        {{ landed(groups, ['group_id', 'groupId']) }} as account_id,
        coalesce(
            {{ landed(groups, ['timestamp', 'original_timestamp', 'originalTimestamp'], 'instant') }},
            {{ arrived_at(groups, ['received_at', 'receivedAt', 'uuid_ts']) }}
        ) as joined_at
    from {{ groups.sql }}
),

ordered_calls as (
    select
        user_id,
        account_id,
        joined_at,
        lag(account_id) over (partition by user_id order by joined_at asc, account_id asc) as previous_account_id
    from calls
    where user_id is not null and account_id is not null and joined_at is not null
)

select
    user_id,
    account_id,
    case when previous_account_id is not null then joined_at end as joined_at,
    lead(joined_at) over (partition by user_id order by joined_at asc, account_id asc) as left_at
from ordered_calls
where previous_account_id is null or previous_account_id <> account_id
{%- endmacro %}

{#- What is known of users and accounts, each the newest that is not null: by users and identifies, by accounts and groups. -#}
{% macro traits_of_profiles(vendor, property) -%}
{%- set tables = [
    ['user', landed_table(vendor, ['users', 'user'], 'profiles'), ['id', 'user_id']],
    ['user', landed_table(vendor, ['identifies', 'identify'], 'profiles'), ['user_id', 'userId']],
    ['account', landed_table(vendor, ['accounts', 'account'], 'profiles'), ['id', 'group_id']],
    ['account', landed_table(vendor, ['groups', 'group'], 'profiles'), ['group_id', 'groupId']],
] -%}
with

calls as (
    {% for type, rows, ids in tables %}
    select
        '{{ type }}' as profile_type,
        {{ landed(rows, ids) }} as profile_id,
        {{ landed(rows, [property, 'traits.' ~ property, 'context.traits.' ~ property]) }} as customer_key,
        {{ landed(rows, ['email', 'traits.email', 'context.traits.email'] if type == 'user' else []) }} as email,
        {{ arrived_at(rows, ['received_at', 'receivedAt', 'uuid_ts']) }} as loaded_at
    from {{ rows.sql }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

ordered_calls as (
    select
        *,
        row_number() over (
            partition by profile_type, profile_id
            order by case when customer_key is null then 1 else 0 end, loaded_at desc nulls last, customer_key asc
        ) as key_recency,
        row_number() over (
            partition by profile_type, profile_id
            order by case when email is null then 1 else 0 end, loaded_at desc nulls last, email asc
        ) as email_recency
    from calls
    where profile_id is not null
),

profiles as (
    select
        profile_type,
        profile_id,
        max(case when key_recency = 1 then customer_key end) as customer_key,
        max(case when email_recency = 1 then email end) as email
    from ordered_calls
    group by profile_type, profile_id
)

-- What an address says is kept, and not the address.
select
    profile_type,
    profile_id,
    customer_key,
    {{ customer_of_address(vendor, 'email') }} as address_customer_id,
    {{ is_own_staff('email') }} as is_own_staff
from profiles
{%- endmacro %}
