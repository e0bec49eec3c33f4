{#- Whether a subscription in this status carries MRR, by the var mrr_statuses; an unknown status does not. -#}
{% macro status_carries_mrr(status) -%}
    coalesce({{ status }} in ('{{ var("mrr_statuses") | join("', '") }}'), false)
{%- endmacro %}
