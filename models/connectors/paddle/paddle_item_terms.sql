-- Grain: one row per recurring price on a subscription and instant from which its quantity or price was another; 0 once it is gone.
-- Bills say what was before the first version, and what is paid: the price of a unit is that of the last bill.
{{ config(enabled='paddle' in var('connectors') | string) }}
with

evidence as (select * from {{ ref('paddle_item_evidence') }}),

quoted_prices as (select * from {{ ref('paddle_quoted_prices') }}),

compared_evidence as (
    select
        *,
        lag(charged_quantity) over (partition by subscription_id, price_id order by evidence_number) as earlier_quantity,
        lead(charged_quantity) over (partition by subscription_id, price_id order by evidence_number) as later_quantity,
        count(unit_amount) over (
            partition by subscription_id, price_id order by evidence_number rows unbounded preceding
        ) as amount_number
    from evidence
),

filled_evidence as (
    select
        *,
        coalesce(
            max(unit_amount) over (partition by subscription_id, price_id, amount_number),
            min(case when amount_number = 1 then unit_amount end) over (partition by subscription_id, price_id)
        ) as billed_amount
    from compared_evidence
),

-- A part of a period is billed for all units, with a credit for those before, or for the units that came or went alone.
terms as (

    select
        subscription_id,
        price_id,
        known_at as changed_at,
        evidence_number,
        case
            when charged_quantity is null then greatest(coalesce(earlier_quantity, 0) - credited_quantity, 0)
            when precedence = 2 and credited_quantity = 0 and earlier_quantity > 0 and later_quantity = earlier_quantity + charged_quantity
                then later_quantity
            else charged_quantity
        end as quantity,
        billed_amount,
        part_amount
    from filled_evidence

    union all

    -- What a first bill for a part of a period credits was there from the start.
    select
        subscription_id,
        price_id,
        started_at as changed_at,
        0 as evidence_number,
        coalesce(nullif(credited_quantity, 0), charged_quantity) as quantity,
        billed_amount,
        part_amount
    from filled_evidence
    where evidence_number = 1

),

latest_terms as (
    select
        *,
        row_number() over (partition by subscription_id, price_id, changed_at order by evidence_number desc) as recency
    from terms
)

select
    terms.subscription_id,
    terms.price_id,
    terms.changed_at,
    terms.quantity,
    coalesce(terms.billed_amount, quoted_prices.unit_amount, terms.part_amount) as unit_amount
from latest_terms as terms
left join quoted_prices on terms.subscription_id = quoted_prices.subscription_id and terms.price_id = quoted_prices.price_id
where terms.recency = 1
