-- Grain: one row per item of a subscription and instant from which its terms were others, or from which it was gone.
-- What was billed says it until the first version; where nothing was billed, the first version does.
{{ config(enabled='chargebee' in var('connectors') | string) }}
{%- set terms = ['quantity', 'unit_amount', 'billing_interval', 'interval_count'] %}
with

version_terms as (select * from {{ ref('chargebee_version_terms') }}),

billed as (select * from {{ ref('chargebee_billed_terms') }}),

first_versions as (
    select
        versions.subscription_id,
        max(versions.version_at) as version_at,
        min(states.changed_at) as service_starts_at
    from {{ ref('base_chargebee_subscriptions') }} as versions
    inner join {{ ref('chargebee_subscription_states') }} as states on versions.subscription_id = states.subscription_id
    where versions.version_number = 1
    group by versions.subscription_id
),

first_bills as (
    select
        subscription_id,
        min(started_at) as billed_at
    from billed
    group by subscription_id
),

evidence as (

    select
        subscription_id, price_id, started_at, version_number, is_there,
        {{ terms | join(', ') }}
    from version_terms

    union all

    -- Bills may be known later than service: what is on the first of them was there from the start.
    select
        billed.subscription_id,
        billed.price_id,
        case when billed.started_at = first_bills.billed_at then first_versions.service_starts_at else billed.started_at end as started_at,
        0 as version_number,
        true as is_there,
        {{ 'billed.' ~ terms | join(', billed.') }}
    from billed
    inner join first_bills on billed.subscription_id = first_bills.subscription_id
    inner join first_versions on billed.subscription_id = first_versions.subscription_id
    where billed.started_at < first_versions.version_at

),

ordered_evidence as (
    select
        evidence.subscription_id,
        evidence.price_id,
        evidence.is_there,
        {% for column in terms -%}
        evidence.{{ column }},
        {% endfor -%}
        -- No terms before service.
        greatest(evidence.started_at, first_versions.service_starts_at) as since_at,
        row_number() over (
            partition by evidence.subscription_id, evidence.price_id, greatest(evidence.started_at, first_versions.service_starts_at)
            order by evidence.started_at desc, evidence.version_number desc
        ) as precedence
    from evidence
    inner join first_versions on evidence.subscription_id = first_versions.subscription_id
    where evidence.started_at is not null
),

compared_evidence as (
    select
        *,
        {{ earlier_columns(['is_there'] + terms, 'subscription_id, price_id', 'since_at') }}
    from ordered_evidence
    where precedence = 1
)

-- What is gone keeps the terms that it had.
select
    subscription_id,
    price_id,
    since_at as started_at,
    is_there,
    {% for column in terms -%}
    case when is_there then {{ column }} else earlier_{{ column }} end as {{ column }}{{ ',' if not loop.last }}
    {% endfor %}
from compared_evidence
where is_there or earlier_is_there
