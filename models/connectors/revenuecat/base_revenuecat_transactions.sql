-- Grain: one row per transaction of a store, its newest row (filter: no sandbox, no share of a family, no end before the start).
{{ config(enabled='revenuecat' in var('connectors') | string) }}
{%- set rows = landed_table('revenuecat', ['transactions', 'transaction', 'revenuecat_transactions'], 'transactions') %}
with

landed_transactions as (

    select
        coalesce(
            {{ landed(rows, 'store_transaction_id', 'id') }},
            {{ landed(rows, 'original_store_transaction_id', 'id') }} || '|' || {{ landed(rows, 'start_time') }},
            {{ landed(rows, 'rc_original_app_user_id', 'id') }} || '|' || {{ landed(rows, 'start_time') }}
        ) as transaction_id,
        {{ landed(rows, ['original_store_transaction_id', 'store_transaction_id'], 'id') }} as original_transaction_id,
        {{ landed(rows, ['rc_original_app_user_id', 'rc_last_seen_app_user_id_alias'], 'id') }} as app_user_id,
        upper({{ landed(rows, 'country') }}) as country,
        {{ landed(rows, 'product_identifier', 'id') }} as product_id,
        {{ landed(rows, 'product_display_name') }} as product_name,
        lower({{ landed(rows, 'product_duration') }}) as product_duration,
        lower({{ landed(rows, 'store') }}) as store,
        {{ landed(rows, 'renewal_number', 'number') }} as renewal_number,
        {{ landed(rows, 'start_time', 'instant') }} as started_at,
        {{ landed(rows, 'end_time', 'instant') }} as period_ends_at,
        {{ landed(rows, 'grace_period_end_time', 'instant') }} as grace_ends_at,
        {{ landed(rows, 'effective_end_time', 'instant') }} as effective_ends_at,
        {{ landed(rows, 'auto_resume_time', 'instant') }} as resumes_at,
        {{ landed(rows, 'refunded_at', 'instant') }} as refunded_at,
        {{ landed(rows, 'unsubscribe_detected_at', 'instant') }} as unsubscribed_at,
        coalesce({{ landed(rows, 'is_trial_period', 'boolean') }}, false) as is_trial,
        coalesce({{ landed(rows, 'is_in_intro_offer_period', 'boolean') }}, false) as is_intro,
        coalesce({{ landed(rows, 'is_sandbox', 'boolean') }}, false) as is_sandbox,
        coalesce(upper({{ landed(rows, 'ownership_type') }}), '') = 'FAMILY_SHARED' as is_shared,
        upper({{ landed(rows, 'purchased_currency') }}) as purchased_currency,
        {{ landed(rows, 'purchase_price_in_purchased_currency', 'number') }} as purchase_price,
        {{ landed(rows, 'price_in_purchased_currency', 'number') }} as price,
        {{ landed(rows, 'purchase_price_in_usd', 'number') }} as purchase_price_in_usd,
        {{ landed(rows, 'price_in_usd', 'number') }} as price_in_usd,
        coalesce({{ landed(rows, 'tax_percentage', 'number') }}, 0) as tax_rate,
        {{ landed(rows, 'first_seen_time', 'instant') }} as first_seen_at,
        {{ landed(rows, 'updated_at', 'instant') }} as updated_at,
        {{ landed_at(rows) }} as landed_at
    from {{ rows.sql }}

),

-- A refund sets the price to 0: what was paid stands beside it in newer versions, else on the row before the refund.
ordered_transactions as (
    select
        *,
        max(coalesce(purchase_price, price)) over (partition by transaction_id) as paid_price,
        max(coalesce(purchase_price_in_usd, price_in_usd)) over (partition by transaction_id) as paid_price_in_usd,
        row_number() over (
            partition by transaction_id
            order by
                updated_at desc nulls last, landed_at desc nulls last, refunded_at desc nulls last,
                unsubscribed_at desc nulls last, effective_ends_at desc nulls last
        ) as recency
    from landed_transactions
    where not is_sandbox and not is_shared
),

priced_transactions as (
    select
        *,
        purchased_currency is not null and coalesce(purchase_price, price, paid_price) is not null as is_in_purchased_currency
    from ordered_transactions
    where recency = 1 and coalesce(period_ends_at >= started_at, true)
)

-- What is granted has no price.
select
    transaction_id,
    original_transaction_id,
    app_user_id,
    country,
    product_id,
    product_name,
    product_duration,
    renewal_number,
    started_at,
    period_ends_at,
    least(coalesce(effective_ends_at, greatest(period_ends_at, grace_ends_at)), refunded_at) as service_ends_at,
    resumes_at,
    refunded_at,
    unsubscribed_at,
    is_trial,
    is_intro,
    period_ends_at is null and effective_ends_at is null as is_one_off,
    case when is_in_purchased_currency then purchased_currency else 'USD' end as currency,
    case
        when store = 'promotional' then coalesce(paid_price, paid_price_in_usd, 0)
        when refunded_at is not null and not is_trial
            then nullif(case when is_in_purchased_currency then paid_price else paid_price_in_usd end, 0)
        when is_in_purchased_currency then coalesce(purchase_price, price)
        else coalesce(purchase_price_in_usd, price_in_usd)
    end as price,
    tax_rate,
    first_seen_at,
    updated_at,
    landed_at
from priced_transactions
