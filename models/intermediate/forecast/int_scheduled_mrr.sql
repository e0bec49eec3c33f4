-- Grain: one row per day from which MRR is forecast and month ahead (filter: a change had been scheduled by then).
{%- set first_later_day = dbt.dateadd('day', 1, 'origins.valuation_date') %}
with

changes as (select * from {{ ref('stg_subscription_changes') }}),

known_changes as (select * from {{ ref('int_subscription_changes_as_known') }}),

plans as (select * from {{ ref('stg_plans') }}),

exchange_rates as (select * from {{ ref('int_exchange_rates') }}),

discount_ends as (select * from {{ ref('int_discount_ends') }}),

item_months as (select * from {{ ref('int_subscription_item_months') }}),

origins as (select * from {{ ref('int_forecast_origins') }}),

months as ({{ numbers(12) }}),

-- On the as-of day the whole log is known; on earlier days what had been written by then.
scheduled_changes as (

    select
        origins.valuation_date,
        origins.activity_month,
        origins.first_forecast_month,
        changes.subscription_id,
        changes.item_id,
        changes.customer_id,
        changes.changed_at,
        case when {{ entry_carries_mrr() }} then {{ entry_mrr_amount() }} else 0 end as mrr_amount
    from changes
    inner join known_changes
        on
            changes.subscription_id = known_changes.subscription_id
            and changes.item_id = known_changes.item_id
            and changes.changed_at = known_changes.changed_at
    inner join origins
        on
            (
                origins.is_as_of
                or coalesce(changes.contracted_on, known_changes.known_date) <= origins.valuation_date
            )
            and changes.changed_at >= {{ first_later_day }}
            and changes.changed_at < {{ add_months('origins.first_forecast_month', 12) }}
    left join plans on changes.plan_id = plans.plan_id
    left join exchange_rates
        on changes.currency = exchange_rates.currency and origins.activity_month = exchange_rates.activity_month

    union all

    select
        valuation_date,
        activity_month,
        first_forecast_month,
        subscription_id,
        item_id,
        customer_id,
        discount_until as changed_at,
        mrr_amount
    from discount_ends

),

scheduled_steps as (

    select
        valuation_date,
        activity_month,
        first_forecast_month,
        subscription_id,
        item_id,
        customer_id,
        changed_at,
        mrr_amount,
        lead(changed_at) over (
            partition by valuation_date, subscription_id, item_id order by changed_at asc
        ) as next_changed_at
    from scheduled_changes

),

-- What a customer's items will bring at each month's end, less what they bring on the day of the forecast.
customer_differences as (

    select
        scheduled_steps.valuation_date,
        months.n as months_ahead,
        sum(coalesce(scheduled_steps.mrr_amount, 0) - coalesce(item_months.mrr_amount, 0)) as scheduled_mrr_amount
    from scheduled_steps
    inner join months
        on
            scheduled_steps.changed_at < {{ add_months('scheduled_steps.first_forecast_month', 'months.n') }}
            and coalesce(
                scheduled_steps.next_changed_at
                >= {{ add_months('scheduled_steps.first_forecast_month', 'months.n') }}, true
            )
    left join item_months
        on
            scheduled_steps.subscription_id = item_months.subscription_id
            and scheduled_steps.item_id = item_months.item_id
            and scheduled_steps.activity_month = item_months.activity_month
    group by scheduled_steps.valuation_date, scheduled_steps.customer_id, months.n

)

select
    valuation_date,
    months_ahead,
    cast(sum(scheduled_mrr_amount) as {{ type_amount() }}) as scheduled_mrr_amount,
    cast(-sum(least(scheduled_mrr_amount, 0)) as {{ type_amount() }}) as scheduled_loss_amount
from customer_differences
group by valuation_date, months_ahead
