{#- Identifies the definitions of the headline numbers: the SQL of all models and the vars that MRR depends on. -#}
{% macro metric_definition_id() -%}
    {%- if execute -%}
        {%- set models = graph.nodes.values() | selectattr('resource_type', 'equalto', 'model')
            | map(attribute='raw_code') | sort -%}
        {%- set vars = [
            var('mrr_statuses'), var('pause_churn_days'), var('chain_gap_hours'), var('reporting_currency'), var('connectors')
        ] -%}
        {{ return(local_md5(models | join ~ vars)) }}
    {%- endif -%}
{%- endmacro %}
