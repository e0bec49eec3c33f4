-- Grain: one row per month, from the rest of the running one to twelve months later, and source of cash.
{%- set amounts = ['due_mrr_amount', 'expected_cash_amount', 'displaced_cash_amount', 'mrr_effect_amount'] %}
{%- set shown = 'cast(case when totals.forecast_month is null then 0 else amount_ end as ' ~ type_amount() ~ ')' %}
with

renewals as (select * from {{ ref('contract_renewals') }}),

offers as (select * from {{ ref('annual_offers') }}),

stay_rates as (select * from {{ ref('int_stay_rates') }}),

run_settings as (select * from {{ ref('run_settings') }}),

numbers as ({{ numbers(13) }}),

months as (

    select
        numbers.n - 1 as months_ahead,
        {{ add_months(month_start('run_settings.as_of_date'), '(numbers.n - 1)') }} as forecast_month
    from run_settings
    cross join numbers

),

-- A bill falls due at the renewal, and again after each billing period.
renewal_months as (

    select
        months.forecast_month,
        cast(renewals.mrr_amount as {{ type_double() }}) as mrr_amount,
        stay_rates.billing_months,
        mod({{ months_between('renewals.renewal_date', 'months.forecast_month') }}, stay_rates.billing_months) = 0
            as is_billed,
        {{ month_start('renewals.renewal_date') }} = months.forecast_month as is_renewed,
        -- Who has asked to cancel is not expected to renew.
        case when renewals.cancel_requested_at is null then stay_rates.stay_rate else 0 end as stay_rate
    from renewals
    inner join months on {{ month_start('renewals.renewal_date') }} <= months.forecast_month
    left join stay_rates
        on renewals.customer_id = stay_rates.customer_id and months.forecast_month = stay_rates.forecast_month
    where renewals.is_running and renewals.mrr_amount > 0

),

-- Each customer's best offer; where it is not known whether one gains, nothing is known of what they bring.
taken_offers as (

    select
        customer_id,
        cast(acceptance_rate as {{ type_double() }}) * mrr_amount as taken_mrr_amount,
        cast(acceptance_rate as {{ type_double() }}) * prepaid_amount as taken_amount
    from offers
    where is_best_offer or expected_months is null

),

effects as (

    select
        'renewal' as cash_source,
        forecast_month,
        case when is_renewed then mrr_amount else 0 end as due_mrr_amount,
        case when is_billed then mrr_amount * billing_months else 0 end * stay_rate as expected_cash_amount,
        0 * stay_rate as displaced_cash_amount,
        mrr_amount * (stay_rate - 1) as mrr_effect_amount
    from renewal_months

    union all

    -- Taken by the expected share in the first month: the year comes at once, and the bills of its months do not.
    select
        'annual_offer' as cash_source,
        months.forecast_month,
        case when months.months_ahead = 1 then offers.taken_mrr_amount else 0 end as due_mrr_amount,
        case when months.months_ahead = 1 then offers.taken_amount else 0 end + 0 * stay_rates.stay_rate
            as expected_cash_amount,
        -offers.taken_mrr_amount * stay_rates.stay_rate as displaced_cash_amount,
        offers.taken_amount / 12 - offers.taken_mrr_amount * stay_rates.stay_rate as mrr_effect_amount
    from taken_offers as offers
    inner join months on months.months_ahead > 0
    left join stay_rates
        on offers.customer_id = stay_rates.customer_id and months.forecast_month = stay_rates.forecast_month

),

totals as (

    select
        cash_source,
        forecast_month,
        {%- for amount in amounts %}
        case when count(*) = count({{ amount }}) then {{ sum_of_amounts(amount) }} end as {{ amount }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from effects
    group by cash_source, forecast_month

),

sources as (

    select 'renewal' as cash_source
    union all
    select 'annual_offer' as cash_source

)

select
    months.forecast_month,
    sources.cash_source,
    months.months_ahead = 0 as is_partial_month,
    {%- for amount in amounts %}
    {{ shown | replace('amount_', 'totals.' ~ amount) }} as {{ amount }},
    {%- endfor %}
    {{ shown | replace('amount_', 'totals.expected_cash_amount + totals.displaced_cash_amount') }} as net_cash_amount
from months
inner join sources on months.months_ahead > 0 or sources.cash_source = 'renewal'
left join totals on months.forecast_month = totals.forecast_month and sources.cash_source = totals.cash_source
