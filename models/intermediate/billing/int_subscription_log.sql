-- Grain: one row per subscription item and change of it that has taken effect by the as-of day.
{%- set is_end = '(changes.is_end or parts.n = 2)' %}
{%- set changed_at = '(case when parts.n = 2 then endings.ended_at else changes.changed_at end)' %}
{%- set carries_mrr = '(parts.n = 1 and ' ~ entry_carries_mrr() ~ ')' %}
{%- set discounts = (recurring_discount('discount_rate'), recurring_discount('discount_amount')) %}
{%- set terms = ('changes.billing_interval', 'changes.interval_count') %}
{#- What is sold at a negative price is a discount off the other items of its subscription. #}
{%- set net_amount = 'case when ' ~ carries_mrr
    ~ " then case when plans.product_type = 'discount' then -1 else 1 end * "
    ~ monthly_amount('changes.quantity', 'abs(changes.unit_amount)', *(discounts + terms)) ~ ' else 0 end' %}
{%- set one_status = '(partition by changes.subscription_id, changes.item_id, changes.status, '
    ~ 'changes.status_number, parts.n)' %}
{%- set status_began_at = 'min(' ~ changed_at ~ ') over ' ~ one_status %}
{%- set item_log = 'partition by subscription_id, item_id order by changed_at asc' %}
{%- set newest_first = 'partition by subscription_id, item_id order by changed_at desc' %}
{%- set changed_log = 'partition by changes.subscription_id, changes.item_id order by ' ~ changed_at ~ ' asc' %}
with

changes as (
    select
        *,
        first_value(customer_id) over ({{ newest_first }}) as last_customer_id,
        first_value(is_end) over ({{ newest_first }}) as has_ended,
        first_value(changed_at) over ({{ newest_first }}) as last_changed_at,
        sum(case when is_end then 1 else 0 end) over ({{ item_log }}) as end_count,
        -- Begun in a pause, soon after an end or by name of what it continues: what is paused has changed its plan.
        status = 'paused'
        and row_number() over ({{ item_log }}) = 1
        and (coalesce(migrated_from_subscription_id <> subscription_id, false) or changed_at <= {{ dbt.dateadd(
            'hour', var('chain_gap_hours'),
            'max(case when is_end then changed_at end) over (partition by customer_id order by changed_at asc)'
        ) }}) as continues_pause,
        -- Numbers the stretches of one status, however often it was written again.
        row_number() over ({{ item_log }})
        - row_number() over (partition by subscription_id, item_id, status order by changed_at asc) as status_number
    from {{ ref('stg_subscription_changes') }}
),

customers as (select * from {{ ref('stg_customers') }}),

plans as (select * from {{ ref('stg_plans') }}),

run_settings as (select * from {{ ref('run_settings') }}),

heirs as (

    select
        changes.migrated_from_subscription_id as subscription_id,
        min(changes.changed_at) as continued_at
    from changes
    where changes.migrated_from_subscription_id <> changes.subscription_id
    group by changes.migrated_from_subscription_id

),

parts as (

    {{ numbers(2) }}

),

-- What the log does not end ends with its account, or where another subscription says that it continues it.
endings as (

    select
        changes.subscription_id,
        changes.item_id,
        least(customers.deleted_at, heirs.continued_at) as ended_at,
        max(changes.changed_at) as last_changed_at
    from changes
    left join customers on changes.last_customer_id = customers.customer_id
    left join heirs
        on changes.subscription_id = heirs.subscription_id and changes.last_changed_at < heirs.continued_at
    where not changes.has_ended and changes.changed_at < least(customers.deleted_at, heirs.continued_at)
    group by changes.subscription_id, changes.item_id, least(customers.deleted_at, heirs.continued_at)

)

select
    changes.subscription_id,
    changes.item_id,
    changes.customer_id,
    changes.plan_id,
    -- What is bought and not known counts as the core product.
    coalesce(plans.product_type, 'core') as product_type,
    plans.product_name,
    plans.tier_rank,
    case when parts.n = 2 then 'canceled' else changes.status end as status,
    {{ is_end }} as is_end,
    changes.quantity,
    changes.unit_amount,
    changes.currency,
    changes.billing_interval,
    changes.interval_count,
    {{ discounts[0] }} as discount_rate,
    {{ discounts[1] }} as discount_amount,
    changes.discount_ends_at,
    changes.term_months,
    changes.term_started_at,
    changes.auto_renew,
    changes.notice_days,
    -- What names itself continues nothing.
    nullif(changes.migrated_from_subscription_id, changes.subscription_id) as migrated_from_subscription_id,
    {{ changed_at }} as changed_at,
    lead({{ changed_at }}) over ({{ changed_log }}) as next_changed_at,
    min(case when {{ is_end }} then {{ changed_at }} end) over (
        partition by changes.subscription_id, changes.item_id order by {{ changed_at }} asc
        rows between 1 following and unbounded following
    ) as ended_at,
    {{ status_began_at }} as status_began_at,
    -- A pause is one of an item that carried MRR, and starts with the first entry of its unbroken stretch.
    case
        when
            parts.n = 1
            and changes.status = 'paused'
            and max(case when changes.continues_pause then 1 else {{ net_amount }} end) over ({{ changed_log }}) > 0
            then {{ status_began_at }}
    end as paused_at,
    max(case when changes.continues_pause then 1 else 0 end) over {{ one_status }} = 1 as continues_pause,
    {{ carries_mrr }}
    or (parts.n = 1 and changes.status = 'trialing' and {{ is_no_service() }}) as is_in_force,
    -- A plan that nobody lists is free where the log has no price for it.
    coalesce(plans.unit_amount, max(changes.unit_amount) over (partition by changes.plan_id)) = 0 as is_free_plan,
    -- Bills are issued from the first that was to be paid on.
    min(case when {{ carries_mrr }} then changes.changed_at end) over (
        partition by changes.subscription_id, changes.item_id, {{ terms | join(', ') }}, changes.end_count
    ) as billed_from_at,
    case
        when {{ carries_mrr }} and coalesce(plans.product_type <> 'discount', true)
            then {{ monthly_amount('changes.quantity', 'abs(changes.unit_amount)', '0', '0', *terms) }}
        else 0
    end as mrr_list_own_amount,
    {{ net_amount }} as mrr_own_amount
from changes
cross join run_settings
left join plans on changes.plan_id = plans.plan_id
left join endings on changes.subscription_id = endings.subscription_id and changes.item_id = endings.item_id
-- 1 is an entry of the log; 2 is the end that is added to an item that the log does not end.
inner join parts on parts.n = 1 or changes.changed_at = endings.last_changed_at
-- What is planned for later takes effect when the as-of reaches it.
where {{ changed_at }} < run_settings.as_of_end_at and coalesce(changes.changed_at < endings.ended_at, true)
