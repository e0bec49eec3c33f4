{#- Whether a subscription in this status carries MRR, by the var mrr_statuses; an unknown status does not. -#}
{% macro status_carries_mrr(status) -%}
    {%- set statuses = [] -%}
    {%- for word in var('mrr_statuses') -%}
        {%- do statuses.append(dbt.string_literal(dbt.escape_single_quotes(word))) -%}
    {%- endfor -%}
    coalesce({{ status }} in ({{ statuses | join(', ') }}), false)
{%- endmacro %}
