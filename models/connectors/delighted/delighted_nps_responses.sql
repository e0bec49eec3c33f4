-- Grain: one row per answer as loaded, of surveys that ask for NPS.
{{ config(enabled='delighted' in var('connectors') | string) }}
{%- set rows = landed_table('delighted', ['response', 'survey_responses', 'responses', 'survey_response'], 'responses') %}
{%- set people = landed_table('delighted', ['person', 'people', 'persons'], 'people') %}
{%- set customer_id = var('delighted_customer_id_property', 'stripe_customer_id') %}
{%- set user_id = var('delighted_user_id_property', 'user_id') %}
{%- set properties = ['person_properties.', 'response_person_properties.'] %}
with

people as (

    select
        {{ landed(people, 'id') }} as person_id,
        max(lower({{ landed(people, 'email') }})) as email
    from {{ people.sql }}
    group by 1

),

responses as (

    select
        {{ landed(rows, 'id') }} as response_id,
        {{ landed(rows, ['person.id', 'person_id', 'person']) }} as person_id,
        {{ landed(rows, [properties[0] ~ customer_id, properties[1] ~ customer_id]) }} as customer_key,
        {{ landed(rows, [properties[0] ~ user_id, properties[1] ~ user_id]) }} as user_id,
        lower({{ landed(rows, ['person.email', 'person_email', 'email']) }}) as email,
        {{ landed(rows, ['sent_at', 'survey_sent_at'], 'instant') }} as sent_at,
        {{ landed(rows, ['responded_at', 'created_at'], 'instant') }} as responded_at,
        {{ landed(rows, 'score', 'number') }} as score,
        {{ landed(rows, 'comment') }} as comment,
        {{ landed_at(rows) }} as loaded_at
    from {{ rows.sql }}
    -- Before there were other surveys, answers had no type.
    where coalesce(lower({{ landed(rows, 'survey_type') }}), 'nps') = 'nps'

),

known_responses as (
    select
        responses.response_id,
        responses.customer_key,
        coalesce(responses.user_id, responses.person_id) as user_id,
        coalesce(responses.email, people.email) as email,
        responses.sent_at,
        responses.responded_at,
        responses.score,
        responses.comment,
        responses.loaded_at
    from responses
    left join people on responses.person_id = people.person_id
)

select
    response_id,
    {{ known_customer('delighted', ['user_id', 'email', email_domain('email')], stored_id='customer_key') }} as customer_id,
    user_id,
    sent_at,
    responded_at,
    score,
    comment,
    loaded_at
from known_responses
