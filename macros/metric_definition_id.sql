{#- Which definitions the metrics of a mart are computed by: the SQL of the mart and of every model above it without comments,
    the seeds among them, the contract of the inputs, and the vars that MRR depends on. A model that the mart does not read is
    no part of it. dbt does not show macros here: a change to one alone goes unnoticed. -#}
{% macro metric_definition_id(mart) -%}
    {%- if execute -%}
        {%- set pending = ['model.customer_value.' ~ mart] -%}
        {%- set definitions = {} -%}
        {%- for unique_id in pending if unique_id in graph.nodes and unique_id not in definitions -%}
            {%- set node = graph.nodes[unique_id] -%}
            {%- set code = modules.re.sub('--[^\n]*|(?s:\{#.*?#\})', '', node.raw_code).split() | join(' ') -%}
            {%- do definitions.update({unique_id: node.checksum.checksum if node.resource_type == 'seed' else code}) -%}
            {%- do pending.extend(node.depends_on.get('nodes', [])) -%}
        {%- endfor -%}
        {%- set vars = [
            var('mrr_statuses'), var('pause_churn_days'), var('chain_gap_hours'), var('reporting_currency'), var('connectors')
        ] -%}
        {{ return(local_md5(definitions | dictsort ~ input_contracts() ~ vars)) }}
    {%- endif -%}
{%- endmacro %}
