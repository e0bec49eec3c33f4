-- Grain: one row per product of a store, at the price at which it was sold last in its most frequent currency.
{{ config(enabled='revenuecat' in var('connectors') | string) }}
with

transactions as (select * from {{ ref('base_revenuecat_transactions') }}),

periods as (select * from {{ ref('revenuecat_periods') }}),

sales as (
    select
        transactions.product_id,
        transactions.product_name,
        transactions.is_one_off,
        transactions.currency,
        transactions.started_at,
        transactions.landed_at,
        periods.billing_interval,
        periods.interval_count,
        coalesce(periods.unit_amount, transactions.price * (1 - transactions.tax_rate)) as unit_amount,
        transactions.is_trial or transactions.is_intro as is_offer,
        count(*) over (
            partition by transactions.product_id, transactions.currency, transactions.is_trial or transactions.is_intro
        ) as currency_count,
        max(transactions.landed_at) over (partition by transactions.product_id) as last_landed_at
    from transactions
    left join periods on transactions.transaction_id = periods.transaction_id
    where transactions.product_id is not null
),

-- What a trial or an offer for a beginning costs is not the price.
ordered_sales as (
    select
        *,
        row_number() over (
            partition by product_id
            order by case when is_offer then 1 else 0 end asc, currency_count desc, currency asc, started_at desc, unit_amount desc
        ) as choice
    from sales
)

select
    product_id as plan_id,
    coalesce(product_name, product_id) as plan_name,
    coalesce(product_name, product_id) as product_name,
    case when is_one_off then 'service' else 'core' end as product_type,
    billing_interval,
    interval_count,
    case when not is_offer then unit_amount end as unit_amount,
    currency,
    last_landed_at as loaded_at
from ordered_sales
where choice = 1
