-- The MRR of running terms is that of all items that are bound by contract or paid for longer than a month.
with

terms as (

    select coalesce(sum(mrr_amount), 0) as mrr_amount
    from {{ ref('contract_renewals') }}
    where is_running

),

bound_items as (

    select coalesce(sum(item_months.mrr_amount), 0) as mrr_amount
    from {{ ref('int_subscription_item_months') }} as item_months
    inner join {{ ref('run_settings') }} as run_settings
        on item_months.activity_month = {{ month_start('run_settings.as_of_date') }}
    where
        item_months.term_months >= 1
        or item_months.billing_interval = 'year'
        or (item_months.billing_interval = 'month' and item_months.interval_count > 1)

)

select
    terms.mrr_amount as terms_mrr_amount,
    bound_items.mrr_amount as bound_mrr_amount
from terms
cross join bound_items
where terms.mrr_amount <> bound_items.mrr_amount
