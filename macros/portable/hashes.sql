{#- SHA-256 of a text, in hexadecimal. -#}
{% macro sha256(text) %}{{ return(adapter.dispatch('sha256')(text)) }}{% endmacro %}
{% macro default__sha256(text) %}sha256({{ text }}){% endmacro %}
{% macro postgres__sha256(text) %}encode(sha256(convert_to({{ text }}, 'UTF8')), 'hex'){% endmacro %}
{% macro spark__sha256(text) %}sha2({{ text }}, 256){% endmacro %}

{#- A number made of a text, for keys that are too many to be kept as texts. Two texts may have the same one. -#}
{% macro text_number(text) %}{{ return(adapter.dispatch('text_number')(text)) }}{% endmacro %}
{% macro default__text_number(text) %}hash({{ text }}){% endmacro %}
{% macro postgres__text_number(text) %}hashtextextended({{ text }}, 0){% endmacro %}
{% macro spark__text_number(text) %}xxhash64({{ text }}){% endmacro %}
