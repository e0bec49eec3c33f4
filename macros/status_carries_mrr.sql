{#- Whether a subscription in this status carries MRR, by the var mrr_statuses; an unknown status does not. -#}
{% macro status_carries_mrr(status) -%}
    {%- set statuses = [] -%}
    {%- for word in var('mrr_statuses') -%}
        {%- do statuses.append(dbt.string_literal(dbt.escape_single_quotes(word))) -%}
    {%- endfor -%}
    coalesce({{ status }} in ({{ statuses | join(', ') }}), false)
{%- endmacro %}

{#- Whether an entry `changes` of the log, of a plan `plans`, carries MRR: by its status, and unless it is a service. -#}
{% macro entry_carries_mrr() -%}
    ({{ status_carries_mrr('changes.status') }} and {{ is_no_service() }})
{%- endmacro %}

{#- What such a row of the log brings a month, in the reporting currency: with its discount, or once a discount that ends
    has ended. -#}
{% macro entry_mrr_amount(discount=recurring_discount) -%}
    cast({{ monthly_amount(
        'changes.quantity', 'changes.unit_amount', discount('discount_rate'), discount('discount_amount'),
        'changes.billing_interval', 'changes.interval_count'
    ) }} * exchange_rates.exchange_rate as {{ type_amount() }})
{%- endmacro %}

{#- Whether what is bought is no service. A plan that is not known counts as the core product. -#}
{% macro is_no_service() %}coalesce(plans.product_type <> 'service', true){% endmacro %}
