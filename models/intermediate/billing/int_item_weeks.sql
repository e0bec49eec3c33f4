-- Grain: one row per subscription item and stretch of weeks at whose ends it carries the same MRR.
{%- set from_week = 'greatest(' ~ week_start('periods.valid_from') ~ ', slots.first_week)' %}
{%- set to_week = 'least(' ~ week_start('periods.valid_to') ~ ', slots.next_week)' %}
{%- set slot_items = 'partition by periods.subscription_id, slots.slot_kind, slots.first_week' %}
with

periods as (select * from {{ ref('int_lasting_periods') }}),

weeks as (select * from {{ ref('int_weeks') }}),

exchange_rates as (select * from {{ ref('int_exchange_rates') }}),

slots as (
    {% for kind, slot in [('week', 'activity_week'), ('month', 'activity_month'), ('none', none)] -%}
    select
        '{{ kind }}' as slot_kind,
        min(activity_week) as first_week,
        lead(min(activity_week)) over (order by min(activity_week) asc) as next_week,
        max(activity_month) as activity_month,
        -- In the first week of a month movements are at the rates of the month before.
        coalesce(max(activity_month) <> lag(max(activity_month)) over (order by min(activity_week) asc), false)
            as has_new_rates
    from weeks
    {%- if slot %}
    group by {{ slot }}
    {%- endif %}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

stretches as (

    select
        periods.customer_id,
        periods.subscription_id,
        periods.item_id,
        periods.product_type,
        periods.currency,
        periods.mrr_own_amount,
        slots.activity_month,
        {{ from_week }} as from_week,
        {{ to_week }} as to_week,
        slots.has_new_rates and slots.first_week >= {{ week_start('periods.valid_from') }} as is_at_new_rates,
        case
            when periods.slot_kind = 'week'
                then sum(case when periods.mrr_own_amount < 0 then -periods.mrr_own_amount end) over ({{ slot_items }})
        end as subscription_discount_amount,
        case
            when periods.slot_kind = 'week'
                then sum(case when periods.mrr_own_amount > 0 then periods.mrr_own_amount end) over ({{ slot_items }})
        end as subscription_mrr_amount
    from periods
    inner join slots
        on
            periods.slot_kind = slots.slot_kind
            and coalesce({{ week_start('periods.valid_from') }} < slots.next_week, true)
            and coalesce({{ week_start('periods.valid_to') }} > slots.first_week, true)
    -- What begins and ends within a week is in force at no week's end.
    where
        periods.mrr_own_amount <> 0
        and coalesce({{ week_start('periods.valid_from') }} < {{ week_start('periods.valid_to') }}, true)

)

select
    stretches.customer_id,
    stretches.subscription_id,
    stretches.item_id,
    stretches.from_week,
    stretches.to_week,
    {{ converted_amount(shared_discount('stretches'), 'exchange_rates.exchange_rate') }} as mrr_amount,
    {{ converted_amount(
        shared_discount('stretches'),
        'case when stretches.is_at_new_rates then exchange_rates.opening_exchange_rate else exchange_rates.exchange_rate end'
    ) }} as mrr_at_opening_rate_amount
from stretches
left join exchange_rates
    on stretches.currency = exchange_rates.currency and stretches.activity_month = exchange_rates.activity_month
where stretches.product_type <> 'discount'
