{#- Whether a build was published. Where publication is done by other means than the command line, and none was ever noted as
    published, all builds count. -#}
{% macro is_published(build_id) -%}
    (
        {{ build_id }} in (select published_builds.build_id from {{ ref('published_builds') }} as published_builds)
        {%- if not env_var('CUSTOMER_VALUE_PUBLISHES', '') %}
        or not exists (select published_builds.build_id from {{ ref('published_builds') }} as published_builds)
        {%- endif %}
    )
{%- endmacro %}
