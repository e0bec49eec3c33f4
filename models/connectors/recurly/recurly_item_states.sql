-- Grain: one row per item and instant, with everything of it but its discounts. Prices are before tax.
{{ config(enabled='recurly' in var('connectors') | string) }}
with

instants as (select * from {{ ref('recurly_item_instants') }}),

items as (select * from {{ ref('recurly_items') }}),

plans as (select * from {{ ref('recurly_billed_plans') }}),

spells as (select * from {{ ref('recurly_subscription_spells') }}),

terms as (
    select
        *,
        lead(changed_at) over (partition by item_id order by changed_at) as next_changed_at
    from {{ ref('recurly_item_terms') }}
),

renewals as (
    select
        *,
        lead(changed_at) over (partition by subscription_id order by changed_at) as next_changed_at
    from {{ ref('recurly_renewals') }}
),

ranked_spells as (
    select
        instants.item_id,
        instants.changed_at,
        spells.status,
        row_number() over (partition by instants.item_id, instants.changed_at order by spells.status_rank) as spell_rank
    from instants
    inner join spells
        on
            instants.subscription_id = spells.subscription_id and instants.changed_at >= spells.started_at
            and coalesce(instants.changed_at < spells.ended_at, true)
)

select
    instants.item_id,
    instants.subscription_id,
    instants.changed_at,
    items.account_id,
    terms.plan_id,
    case
        when instants.changed_at >= least(coalesce(items.removed_at, items.ends_at), coalesce(items.ends_at, items.removed_at)) then 'expired'
        else coalesce(ranked_spells.status, 'active')
    end as status,
    terms.quantity,
    terms.unit_amount / (1 + items.included_tax_rate) as unit_amount,
    items.currency,
    plans.billing_interval,
    plans.interval_count,
    renewals.term_months,
    renewals.term_started_at,
    case
        when coalesce(instants.changed_at < items.removed_at, true) and coalesce(instants.changed_at < items.ends_at, true)
            then renewals.auto_renew
    end as auto_renew,
    renewals.cancel_requested_at,
    case when instants.changed_at >= items.ends_at then items.expiration_reason end as cancel_reason,
    items.landed_at
from instants
inner join items on instants.item_id = items.item_id
inner join terms
    on
        instants.item_id = terms.item_id and instants.changed_at >= terms.changed_at
        and coalesce(instants.changed_at < terms.next_changed_at, true)
left join terms as plan_terms
    on
        instants.subscription_id = plan_terms.item_id and instants.changed_at >= plan_terms.changed_at
        and coalesce(instants.changed_at < plan_terms.next_changed_at, true)
left join plans on plan_terms.plan_id = plans.plan_id
left join renewals
    on
        instants.subscription_id = renewals.subscription_id and instants.changed_at >= renewals.changed_at
        and coalesce(instants.changed_at < renewals.next_changed_at, true)
left join ranked_spells
    on instants.item_id = ranked_spells.item_id and instants.changed_at = ranked_spells.changed_at and ranked_spells.spell_rank = 1
