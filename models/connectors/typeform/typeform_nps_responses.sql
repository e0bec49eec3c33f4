-- Grain: one row per answer as loaded to a field that asks for NPS.
{{ config(enabled='typeform' in var('connectors') | string) }}
{%- set responses = landed_table('typeform', ['responses', 'response', 'response_history'], 'responses') %}
{%- set answers = landed_list(responses, 'answers', 'answers', [
    'response_answer', 'response_answers', 'answer', 'answers', 'responses__answers'
]) %}
{%- set is_nested = answers.columns is none or '_dlt_parent_id' in answers.columns %}
{%- set fields = var('typeform_nps_field_ids', []) %}
{%- set fields = [fields] if fields is string else fields %}
{%- set quoted_fields = [] %}
{%- for field in fields %}{% do quoted_fields.append(dbt.string_literal(dbt.escape_single_quotes(field | string))) %}{% endfor %}
{%- if execute and not fields %}
    {%- do exceptions.raise_compiler_error(
        'var typeform_nps_field_ids: found nothing, expected the ids of the fields that ask for a score of 0 to 10, for example '
        ~ '[h4Xk2]. They stand in the answers as field_id, or field.id; only you know which of them are NPS.'
    ) %}
{%- endif %}
with

responses as (select * from {{ ref('base_typeform_responses') }}),

answers as (

    select distinct
        {{ landed(responses if is_nested else answers, ['response_id', 'response_token', 'token']) }} as response_id,
        {{ landed(answers, ['field.id', 'field_id']) }} as field_id,
        {{ landed(answers, ['number', 'value'], 'number') }} as score,
        {{ landed_at(responses if is_nested else answers) }} as loaded_at
    from {{ answers.sql }}
    where
        {{ landed(answers, ['field.id', 'field_id']) }} in ({{ quoted_fields | join(', ') or 'null' }})
        or {{ landed(answers, ['field.ref', 'field_ref']) }} in ({{ quoted_fields | join(', ') or 'null' }})

)

select
    -- A response may answer two of the fields.
    {{ "answers.response_id || '|' || answers.field_id" if fields | length > 1 else 'answers.response_id' }} as response_id,
    responses.customer_id,
    responses.user_id,
    responses.responded_at,
    answers.score,
    {{ 'answers.loaded_at' if is_nested else 'greatest(answers.loaded_at, responses.loaded_at)' }} as loaded_at
from answers
left join responses
    on
        answers.response_id = responses.response_id
        {{ 'and answers.loaded_at is not distinct from responses.loaded_at' if is_nested }}
