{#- A value of what is rejected of an input (input_name, reject_reason); null where the var accepted_rejections accepts the reason. -#}
{% macro unaccepted(value) -%}
    {%- set accepted = [] -%}
    {%- for input_name, reasons in var('accepted_rejections').items() -%}
        {%- for reason in reasons -%}
            {%- do accepted.append("'" ~ input_name ~ "|" ~ (dbt.escape_single_quotes(reason | string)) ~ "'") -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if accepted -%}
        case when input_name || '|' || reject_reason not in ({{ accepted | join(', ') }}) then {{ value }} end
    {%- else -%}
        {{ value }}
    {%- endif -%}
{%- endmacro %}
