{#- SHA-256 of a text, in hexadecimal. -#}
{% macro sha256(text) %}{{ return(adapter.dispatch('sha256')(text)) }}{% endmacro %}
{% macro default__sha256(text) %}sha256({{ text }}){% endmacro %}
{% macro postgres__sha256(text) %}encode(sha256(convert_to({{ text }}, 'UTF8')), 'hex'){% endmacro %}
{% macro spark__sha256(text) %}sha2({{ text }}, 256){% endmacro %}
