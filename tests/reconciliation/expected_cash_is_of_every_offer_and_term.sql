-- Offers bring their expected gain within a year, and every running term is due once, to a millionth of the amount.
with

months as (select * from {{ ref('expected_cash_monthly') }}),

totals as (

    select
        min(forecast_month) as first_month,
        max(forecast_month) as last_month,
        sum(case when cash_source = 'annual_offer' then net_cash_amount end) as offer_amount,
        count(case when cash_source = 'annual_offer' and net_cash_amount is null then 1 end) as unknown_count,
        sum(case when cash_source = 'annual_offer' then expected_cash_amount else 0 end) as prepaid_amount,
        sum(case when cash_source = 'renewal' then due_mrr_amount end) as due_mrr_amount
    from months

),

offers as (

    select
        coalesce(sum(case when is_best_offer then expected_gain_amount end), 0) as gain_amount,
        count(case when expected_months is null then 1 end) as unknown_count
    from {{ ref('annual_offers') }}

),

terms as (

    select coalesce(sum(renewals.mrr_amount), 0) as due_mrr_amount
    from {{ ref('contract_renewals') }} as renewals
    cross join totals
    where
        renewals.is_running
        and {{ month_start('renewals.renewal_date') }} between totals.first_month and totals.last_month

)

select
    totals.offer_amount,
    offers.gain_amount,
    totals.due_mrr_amount,
    terms.due_mrr_amount as term_mrr_amount
from totals
cross join offers
cross join terms
where
    totals.first_month is null
    or abs(totals.due_mrr_amount - terms.due_mrr_amount) > 0.01 + 0.000001 * terms.due_mrr_amount
    or (offers.unknown_count = 0) <> (totals.unknown_count = 0)
    or (
        offers.unknown_count = 0
        and abs(totals.offer_amount - offers.gain_amount) > 0.01 + 0.000001 * totals.prepaid_amount
    )
