-- Grain: one row per acquisition channel, all of them together too, and window of whole months up to the last one.
{%- set windows = {'last_3_months': 3, 'last_12_months': 12, 'last_24_months': 24} %}
{%- set are_valued = 'count(unit_economics.cohort_ltv_amount)'
    ~ ' = count(case when unit_economics.new_customer_count > 0 then 1 end)' %}
with

unit_economics as (select * from {{ ref('unit_economics') }}),

months as (select * from {{ ref('int_months') }}),

bands as (select * from {{ ref('ltv_cac_bands') }}),

spend_starts as (

    select min(cohort_month) as spend_month
    from unit_economics
    where spend_amount is not null

),

last_months as (

    select max(activity_month) as last_month
    from months
    where not is_partial_month

),

windows as (
    {% for window_name, window_months in windows.items() %}
    select
        '{{ window_name }}' as window_name,
        {{ add_months('last_month', 1 - window_months) }} as first_month,
        last_month
    from last_months

    union all
    {% endfor %}
    select
        'since_first_spend' as window_name,
        spend_starts.spend_month as first_month,
        last_months.last_month
    from last_months
    cross join spend_starts
),

channels as (

    select distinct acquisition_channel
    from unit_economics
    {{ 'union all' }}
    select 'all' as acquisition_channel

),

totals as (

    select
        channels.acquisition_channel,
        windows.window_name,
        windows.first_month,
        windows.last_month,
        -- Unknown as soon as it is for one month of a channel.
        case when count(unit_economics.spend_amount) = count(*) then sum(unit_economics.spend_amount) end
            as spend_amount,
        sum(unit_economics.new_customer_count) as new_customer_count,
        sum(unit_economics.cohort_mrr_amount) as cohort_mrr_amount,
        case when {{ are_valued }} then sum(unit_economics.cohort_ltv_amount) end as cohort_ltv_amount
    from channels
    inner join unit_economics on channels.acquisition_channel in ('all', unit_economics.acquisition_channel)
    inner join windows on unit_economics.cohort_month between windows.first_month and windows.last_month
    group by channels.acquisition_channel, windows.window_name, windows.first_month, windows.last_month

),

rates as (

    select
        acquisition_channel,
        window_name,
        first_month,
        last_month,
        spend_amount,
        new_customer_count,
        {{ rate('spend_amount', 'new_customer_count') }} as cac_amount,
        {{ rate('cohort_mrr_amount', 'new_customer_count') }} as arpa_amount,
        {{ rate('cohort_ltv_amount', 'new_customer_count') }} as ltv_amount,
        case when new_customer_count > 0 then {{ rate('cohort_ltv_amount', 'spend_amount') }} end as ltv_cac_ratio,
        {{ rate('spend_amount', 'cohort_mrr_amount * ' ~ var('gross_margin_rate')) }} as payback_months
    from totals

)

select
    rates.acquisition_channel,
    rates.window_name,
    rates.first_month,
    rates.last_month,
    cast(rates.new_customer_count as {{ dbt.type_bigint() }}) as new_customer_count,
    {%- for amount in ['spend_amount', 'cac_amount', 'arpa_amount', 'ltv_amount'] %}
    cast(rates.{{ amount }} as {{ type_amount() }}) as {{ amount }},
    {%- endfor %}
    rates.ltv_cac_ratio,
    bands.ltv_cac_status,
    -- What is worth less than it cost never pays back; what cost nothing has nothing to pay back.
    case when rates.spend_amount > 0 and not coalesce(rates.ltv_cac_ratio < 1, false) then rates.payback_months end
        as payback_months,
    case
        when rates.spend_amount is null then 'spend_not_known'
        when rates.new_customer_count = 0 then 'no_new_customers'
        when rates.spend_amount = 0 then 'no_spend'
        when rates.ltv_cac_ratio < 1 then 'never'
        when rates.payback_months is null then 'no_mrr'
        else 'pays_back'
    end as payback_status
from rates
left join bands
    on
        rates.ltv_cac_ratio >= coalesce(bands.min_ltv_cac_ratio, rates.ltv_cac_ratio)
        and (rates.ltv_cac_ratio < bands.max_ltv_cac_ratio or bands.max_ltv_cac_ratio is null)
