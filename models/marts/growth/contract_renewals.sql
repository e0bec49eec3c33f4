-- Grain: one row per subscription and term, running or past.
with

terms as (select * from {{ ref('int_contract_terms') }}),

outcomes as (select * from {{ ref('int_renewal_outcomes') }}),

items as (select * from {{ ref('int_subscription_items') }}),

customer_segments as (select * from {{ ref('customer_segments') }}),

run_settings as (select * from {{ ref('run_settings') }}),

prices as (

    select
        term_id,
        min(price_since_date) as price_since_date,
        sum(mrr_amount) as mrr_amount,
        sum(index_rise_mrr_amount) as index_rise_mrr_amount,
        sum(list_gap_mrr_amount) as list_gap_mrr_amount
    from {{ ref('int_renewal_prices') }}
    group by term_id

),

cancellations as (

    select
        subscription_id,
        max(cancel_requested_at) as cancel_requested_at
    from items
    group by subscription_id

),

notices as (

    select
        term_id,
        cast({{ dbt.dateadd('day', '-coalesce(notice_days, 0)', 'renewal_date') }} as date) as last_notice_date
    from terms

)

select
    terms.term_id,
    terms.subscription_id,
    run_settings.as_of_date,
    terms.customer_id,
    terms.plan_id,
    cast(terms.item_count as {{ dbt.type_bigint() }}) as item_count,
    terms.is_contract,
    terms.term_started_date,
    cast(terms.term_months as {{ dbt.type_int() }}) as term_months,
    terms.renewal_date,
    {{ week_start('terms.renewal_date') }} as renewal_week,
    terms.notice_days,
    notices.last_notice_date,
    terms.is_auto_renewing,
    terms.over_date is null as is_running,
    case when terms.over_date is null then {{ days_between('run_settings.as_of_date', 'terms.renewal_date') }} end
        as days_left,
    case when terms.over_date is null then {{ days_between('run_settings.as_of_date', 'notices.last_notice_date') }} end
        as notice_days_left,
    case when terms.over_date is null then cancellations.cancel_requested_at end as cancel_requested_at,
    cast(coalesce(outcomes.mrr_amount, prices.mrr_amount) as {{ type_amount() }}) as mrr_amount,
    cast(12 * coalesce(outcomes.mrr_amount, prices.mrr_amount) as {{ type_amount() }}) as arr_amount,
    prices.price_since_date,
    cast(prices.index_rise_mrr_amount as {{ type_amount() }}) as index_rise_mrr_amount,
    cast(prices.list_gap_mrr_amount as {{ type_amount() }}) as list_gap_mrr_amount,
    case when terms.over_date is null then customer_segments.health_status end as health_status,
    case when terms.over_date is null then customer_segments.segment_name end as segment_name,
    case when terms.over_date is null then customer_segments.play end as play,
    terms.over_date,
    outcomes.renewal_outcome,
    outcomes.next_mrr_amount
from terms
cross join run_settings
inner join notices on terms.term_id = notices.term_id
left join outcomes on terms.term_id = outcomes.term_id
left join prices on terms.term_id = prices.term_id
left join cancellations on terms.subscription_id = cancellations.subscription_id
left join customer_segments on terms.customer_id = customer_segments.customer_id
