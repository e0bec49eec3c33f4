{#- Before a build notes its levels: of earlier builds only the newest published one is needed. What a build noted that was never
    published goes, as does what this build has noted already. -#}
{% macro keep_newest_levels() -%}
    {%- if adapter.get_relation(this.database, this.schema, this.identifier) is not none -%}
        {%- set is_running = 'in (select running.build_id from ' ~ ref('run_settings') ~ ' as running)' -%}
        {%- set newest = '(select max(levels.build_number) from ' ~ this ~ ' as levels where ' ~ is_published('levels.build_id')
            ~ ' and levels.build_id not ' ~ is_running ~ ')' -%}
        {{ delete_rows(this, 'build_id ' ~ is_running ~ ' or build_number <> coalesce(' ~ newest ~ ', 0)') }}
    {%- endif -%}
{%- endmacro %}
