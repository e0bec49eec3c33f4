-- Grain: one row per change of a subscription's item, as the load said it that showed it first.
-- Of tables that hold today's state: what has changed since the last build counts from this load on, what is gone ends with it. Rows
-- ahead are those of this load. No full refresh loses what was kept.
{{ config(
    full_refresh=false, schema='history', enabled=var('keep_loads') and var('connectors') | length > 0, **increments('is_kept')
) }}
{%- set names = input_contracts()['subscription_changes'].columns | list %}
{%- set values = value_columns('subscription_changes') | reject('in', ['change_sequence', 'source_updated_at']) | list %}
with

current_rows as (select * from {{ connected_rows('subscription_changes') }} as received_rows),

loads as (select max(loaded_at) as load_at from current_rows),

earlier_rows as (

    {% if is_incremental() -%}
    select *
    from {{ this }}
    where changed_at <= last_loaded_at
    {%- else -%}
    select
        *,
        loaded_at as last_loaded_at
    from current_rows
    where false
    {%- endif %}

),

last_loads as (select max(last_loaded_at) as loaded_at from earlier_rows),

earlier_items as (

    select distinct
        subscription_id,
        coalesce(item_id, subscription_id) as item_key
    from earlier_rows

),

dated_rows as (

    select {{ names | join(', ') }}
    from earlier_rows

    union all

    -- Of an item that was there before, what the last load could not say yet.
    select {% for name in names %}current_rows.{{ name }}{{ ', ' if not loop.last }}{% endfor %}
    from current_rows
    cross join last_loads
    left join earlier_items
        on
            current_rows.subscription_id = earlier_items.subscription_id
            and coalesce(current_rows.item_id, current_rows.subscription_id) = earlier_items.item_key
    where earlier_items.item_key is null or coalesce(current_rows.changed_at > last_loads.loaded_at, true)

),
{% for rows in ['current', 'dated'] %}
{{ rows }}_states as (

    select
        {{ names | join(', ') }},
        coalesce(item_id, subscription_id) as item_key,
        {{ row_text(values) }} as value_text,
        row_number() over (
            partition by subscription_id, coalesce(item_id, subscription_id)
            order by changed_at desc, change_sequence desc nulls last, {{ row_text(values) }} asc
        ) as recency
    from {{ rows }}_rows
    cross join loads
    where changed_at <= loads.load_at

),
{% endfor %}
-- Today's state where it differs from what was kept, and an end of what is there no more.
corrections as (

    select
        {% for name in names -%}
        {% if name in ('changed_at', 'loaded_at') -%} loads.load_at
        {%- elif name == 'status' -%} case when states.item_key is null then 'canceled' else states.status end
        {%- elif name in ('subscription_id', 'item_id', 'customer_id') -%} coalesce(states.{{ name }}, kept.{{ name }})
        {%- else -%} states.{{ name }}
        {%- endif %} as {{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from dated_states as kept
    cross join loads
    left join current_states as states
        on kept.subscription_id = states.subscription_id and kept.item_key = states.item_key and states.recency = 1
    where
        kept.recency = 1
        and coalesce(kept.value_text <> states.value_text, kept.status <> 'canceled')

),

all_rows as (

    select {{ names | join(', ') }}
    from dated_rows

    union all

    select {{ names | join(', ') }}
    from corrections

)

select
    {{ names | join(', ') }},
    loads.load_at as last_loaded_at,
    -- The key of all: a build replaces every row.
    true as is_kept
from all_rows
cross join loads
