{#- Whether a build was published. Where none ever was noted as published, publication is done by other means: all builds count. -#}
{% macro is_published(build_id) -%}
    (
        {{ build_id }} in (select published_builds.build_id from {{ ref('published_builds') }} as published_builds)
        or not exists (select published_builds.build_id from {{ ref('published_builds') }} as published_builds)
    )
{%- endmacro %}
