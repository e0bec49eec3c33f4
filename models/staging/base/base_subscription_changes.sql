-- Grain: one row per row of the input subscription_changes, valid or rejected, with the reason why it is rejected.
{#- A quarter is three months. -#}
{%- set is_quarter = var('default_billing_interval') == 'quarter' %}
{%- set default_interval = "'month'" if is_quarter else word_var('default_billing_interval') %}
{%- set default_count = 'case when plans.billing_interval is null then 3 else 1 end' if is_quarter else '1' %}
{%- set plan_interval_count = 'case when plans.billing_interval is not null then plans.interval_count end' %}
with

received_changes as (select * from {{ received('subscription_changes') }} as received_rows),

customers as (select * from {{ ref('stg_customers') }}),

plans as (select * from {{ ref('stg_plans') }}),

currencies as (select * from {{ ref('base_currencies') }}),

-- A price has one currency and one interval: the row's, else those of its plan, else the stated default; never a guess.
changes as (

    select
        {{ input_columns('subscription_changes', 'received_changes', {
            'item_id': 'coalesce(received_changes.item_id, received_changes.subscription_id)',
            'quantity': price_term('received_changes.quantity', '1'),
            'currency': price_term('received_changes.currency', 'plans.currency', word_var('default_currency')),
            'billing_interval': price_term(
                'received_changes.billing_interval', 'plans.billing_interval', default_interval
            ),
            'interval_count': price_term(
                'received_changes.interval_count',
                'case when received_changes.billing_interval is null then ' ~ plan_interval_count ~ ' else 1 end', default_count
            ),
        }) }},
        received_changes.is_folded,
        coalesce(plans.product_type = 'discount', false) as is_discount,
        -- A number of intervals that stands without its interval, and is not that of the interval found elsewhere.
        received_changes.billing_interval is null
        and coalesce(received_changes.interval_count, plans.interval_count, 1) <> coalesce({{ plan_interval_count }}, 1)
            as has_stray_count,
        -- Terms are required only where the status carries MRR: a cancellation has no price and is not rejected for it.
        {{ status_carries_mrr('received_changes.status') }} as carries_mrr,
        received_changes.status in ('canceled', 'expired') as is_end
    from received_changes
    left join plans on received_changes.plan_id = plans.plan_id

),

item_changes as (

    select
        *,
        min(case when not is_end then changed_at end) over (partition by subscription_id, item_id) as first_started_at,
        max(case when is_end then changed_at end) over (partition by subscription_id, item_id) as last_ended_at
    from changes

)

select
    {{ input_columns('subscription_changes', 'changes') }},
    customers.canonical_customer_id,
    changes.is_end,
    changes.is_folded,
    case
        when changes.unreadable_value is not null then 'unreadable_value'
        when changes.subscription_id is null then 'missing_subscription_id'
        when changes.changed_at is null then 'missing_changed_at'
        when changes.customer_id is null then 'missing_customer_id'
        when changes.status is null then 'missing_status'
        when changes.loaded_at is null then 'missing_loaded_at'
        when customers.is_internal then 'internal_customer'
        when changes.status not in ('trialing', 'active', 'past_due', 'paused', 'unpaid', 'canceled', 'expired')
            then 'unknown_status'
        when changes.billing_interval not in ('day', 'week', 'month', 'year') then 'unknown_billing_interval'
        when changes.discount_kind not in ('recurring', 'once') then 'unknown_discount_kind'
        when changes.carries_mrr and changes.unit_amount is null then 'missing_unit_amount'
        when changes.carries_mrr and changes.currency is null then 'missing_currency'
        when changes.carries_mrr and (changes.billing_interval is null or changes.has_stray_count)
            then 'missing_billing_interval'
        when
            greatest(
                abs(changes.quantity), abs(changes.unit_amount), abs(changes.quantity * changes.unit_amount),
                abs(changes.interval_count), abs(changes.discount_rate), abs(changes.discount_amount),
                abs(changes.term_months), abs(changes.notice_days), abs(changes.change_sequence)
            ) >= {{ var('number_limit') }}
            then 'number_out_of_range'
        when changes.quantity < 0 then 'negative_quantity'
        when changes.unit_amount < 0 and not changes.is_discount then 'negative_unit_amount'
        when changes.interval_count < 1 or changes.interval_count <> floor(changes.interval_count)
            then 'invalid_interval_count'
        when changes.change_sequence <> floor(changes.change_sequence) then 'invalid_change_sequence'
        when changes.discount_rate < 0 or changes.discount_rate > 1 then 'discount_rate_out_of_range'
        when changes.included_tax_rate < 0 or changes.included_tax_rate > 1 then 'included_tax_rate_out_of_range'
        when changes.discount_amount < 0 then 'negative_discount_amount'
        when least(changes.term_months, changes.notice_days) < 0 then 'negative_number'
        when
            least(
                changes.changed_at, changes.discount_ends_at, changes.term_started_at,
                changes.cancel_requested_at, changes.loaded_at
            ) < {{ earliest_at() }}
            then 'dated_before_earliest'
        -- A change may be planned, an end for ever; nobody plans so far ahead what begins.
        when not changes.is_end and changes.changed_at >= {{ dbt.dateadd('year', 10, 'changes.loaded_at') }}
            then 'dated_far_ahead'
        when changes.currency is not null and currencies.currency is null then 'unknown_currency'
        when
            changes.currency is not null and coalesce(currencies.first_rate_month > changes.changed_at, true)
            then 'missing_exchange_rate'
        when changes.is_end and changes.changed_at < changes.first_started_at then 'end_before_start'
        -- An item whose every end lies before its start has an end that is not known: it must not count for ever.
        when changes.last_ended_at < changes.first_started_at then 'held_back'
    end as reject_reason
from item_changes as changes
left join customers on changes.customer_id = customers.customer_id
left join currencies on changes.currency = currencies.currency
