-- Grain: one row per response to a form as loaded, with the hidden fields that say whose it is.
{{ config(enabled='typeform' in var('connectors') | string) }}
{%- set rows = landed_table('typeform', ['responses', 'response', 'response_history'], 'responses') %}
{%- set fields = landed_table('typeform', ['response_hidden', 'response_hidden_field', 'response_hidden_fields'], 'fields') %}
{%- set names = {
    'customer_key': var('typeform_customer_id_field', 'stripe_customer_id'),
    'user_id': var('typeform_user_id_field', 'user_id'),
    'email': 'email',
} %}
with

hidden_fields as (

    select
        {{ landed(fields, ['response_id', 'response_token']) }} as response_id,
        {{ landed(fields, ['name', 'key', 'field', 'hidden_field']) }} as field_name,
        max({{ landed(fields, ['value', 'hidden_value']) }}) as field_value
    from {{ fields.sql }}
    group by 1, 2

),

responses as (

    select
        {{ landed(rows, ['response_id', 'token', 'id']) }} as response_id,
        {%- for name, field in names.items() %}
        {{ landed(rows, ['hidden.' ~ field]) }} as {{ name }},
        {%- endfor %}
        {{ landed(rows, 'submitted_at', 'instant') }} as responded_at,
        {{ landed_at(rows) }} as loaded_at
    from {{ rows.sql }}

),

known_responses as (
    select
        responses.response_id,
        {%- for name, field in names.items() %}
        coalesce(
            responses.{{ name }}, max(case when hidden_fields.field_name = '{{ field }}' then hidden_fields.field_value end)
        ) as {{ name }},
        {%- endfor %}
        responses.responded_at,
        responses.loaded_at
    from responses
    left join hidden_fields on responses.response_id = hidden_fields.response_id
    where responses.response_id is not null
    group by
        responses.response_id,
        responses.customer_key,
        responses.user_id,
        responses.email,
        responses.responded_at,
        responses.loaded_at
)

-- What an address says is kept, and not the address.
select
    response_id,
    {{ known_customer('typeform', ['user_id', 'lower(email)', email_domain('email')], stored_id='customer_key') }} as customer_id,
    user_id,
    responded_at,
    loaded_at
from known_responses
