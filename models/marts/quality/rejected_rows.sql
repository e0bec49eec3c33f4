-- Grain: one row per row of an input that was turned away.
{%- set inputs = {
    'customers': {
        'key': ['customer_id'],
        'text': ['country', 'industry', 'employee_count', 'acquisition_channel', 'created_at', 'deleted_at',
            'merged_into_customer_id'],
    },
    'plans': {
        'key': ['plan_id'],
        'text': ['plan_name', 'product_name', 'product_type', 'tier_rank', 'billing_interval', 'interval_count',
            'unit_amount', 'currency', 'included_seats', 'usage_limit'],
    },
    'subscription_changes': {
        'key': ['subscription_id', 'item_id', 'changed_at'],
        'text': ['customer_id', 'plan_id', 'status', 'quantity', 'unit_amount', 'currency', 'billing_interval',
            'interval_count', 'discount_rate', 'discount_amount', 'discount_kind', 'discount_ends_at', 'term_months',
            'term_started_at', 'auto_renew', 'notice_days', 'cancel_requested_at', 'cancel_reason',
            'migrated_from_subscription_id'],
        'amount': monthly_amount('quantity', 'unit_amount', '0', '0', 'billing_interval', 'interval_count'),
        'amount_is_known': 'abs(quantity * unit_amount) < ' ~ var('number_limit')
            ~ ' and interval_count >= 1 and interval_count < ' ~ var('number_limit'),
    },
    'usage_events': {'key': ['event_id'], 'text': ['customer_id', 'user_id', 'feature', 'occurred_at', 'quantity']},
    'invoice_lines': {
        'key': ['invoice_line_id'],
        'text': ['invoice_id', 'customer_id', 'subscription_id', 'item_id', 'plan_id', 'kind', 'issued_at',
            'period_start_at', 'period_end_at', 'quantity', 'amount', 'discount_amount', 'tax_amount', 'currency',
            'status', 'paid_at', 'refunded_amount', 'refunded_at'],
        'amount': 'amount',
    },
    'users': {'key': ['user_id'], 'text': ['customer_id', 'created_at', 'deactivated_at']},
    'nps_responses': {'key': ['response_id'], 'text': ['customer_id', 'user_id', 'sent_at', 'responded_at', 'score']},
    'support_tickets': {'key': ['ticket_id'], 'text': ['customer_id', 'opened_at', 'resolved_at', 'priority']},
    'leads': {
        'key': ['lead_id'],
        'text': ['created_at', 'channel', 'lead_magnet', 'opted_in_at', 'trip_wire_at', 'trip_wire_amount',
            'customer_id', 'exit_offer_at'],
        'amount': 'trip_wire_amount',
    },
    'marketing_spend': {'key': ['spend_date', 'channel', 'campaign'], 'text': ['amount', 'currency'], 'amount': 'amount'},
    'exchange_rates': {'key': ['rate_date', 'currency'], 'text': ['rate']},
} %}
{%- for input_name, input in inputs.items() %}
{%- set amount = input.get('amount') %}
select
    '{{ input_name }}' as input_name,
    {% for column in input.key -%}
    coalesce(cast({{ column }} as {{ dbt.type_string() }}), '')
    {%- if not loop.last %} || '|' || {% endif -%}
    {%- endfor %} as row_key,
    reject_reason,
    {{ row_text(input.key + input.text + ['loaded_at']) }} as row_text,
    {% if amount -%}
    case
        when {{ input.get('amount_is_known', 'abs(' ~ amount ~ ') < ' ~ var('number_limit')) }}
            then cast({{ amount }} as {{ type_amount() }})
    end
    {%- else -%}
    cast(null as {{ type_amount() }})
    {%- endif %} as amount_at_stake
from {{ ref('base_rejected_usage_events' if input_name == 'usage_events' else 'base_' ~ input_name) }}
where reject_reason is not null
{% if not loop.last %}
union all
{% endif %}
{%- endfor %}
