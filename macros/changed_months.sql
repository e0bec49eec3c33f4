{#- The months of usage that a run builds: all, or those that the model's rows were made for by another build of what they read. -#}
{% macro changed_months() -%}
    select
        activity_month,
        month_build
    from {{ ref('int_usage_month_builds') }}
    {%- if is_incremental() %}
    except
    select distinct
        activity_month,
        month_build
    from {{ this }}
    {%- endif %}
{%- endmacro %}
