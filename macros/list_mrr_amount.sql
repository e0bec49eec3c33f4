{#- List MRR that a row of the log carries, valid or rejected: null where its numbers cannot be read, or its status is known
    and carries none. -#}
{% macro list_mrr_amount(changes) -%}
    case
        when
            abs({{ changes }}.quantity * {{ changes }}.unit_amount) < {{ var('number_limit') }}
            and {{ changes }}.interval_count >= 1 and {{ changes }}.interval_count < {{ var('number_limit') }}
            and (
                {{ status_carries_mrr(changes ~ '.status') }}
                or {{ changes }}.reject_reason in ('unknown_status', 'missing_status')
            )
            then {{ monthly_amount(
                changes ~ '.quantity', changes ~ '.unit_amount', '0', '0', changes ~ '.billing_interval',
                changes ~ '.interval_count'
            ) }}
    end
{%- endmacro %}
