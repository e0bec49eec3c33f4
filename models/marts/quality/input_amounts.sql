-- Grain: one row per input that carries money, currency and reason of rejection (null: valid rows).
{%- set of_input = "partition by case input_name when 'refunds' then 'invoice_lines' else input_name end" %}
{%- set null_text = 'cast(null as ' ~ dbt.type_string() ~ ')' %}
{%- set is_ahead = 'case when changes.changed_at >= run_settings.as_of_end_at then 1 else 0 end' %}
{%- set may_carry_mrr = status_carries_mrr('changes.status')
    ~ " or changes.reject_reason in ('unknown_status', 'missing_status')" %}
{%- set newest = 'changes.changed_at desc nulls last, changes.loaded_at desc nulls last, '
    ~ 'changes.change_sequence desc nulls last, changes.is_end desc nulls last' %}
{%- set equal = list_mrr_amount('changes')
    ~ ' desc nulls last, changes.currency asc nulls last, changes.customer_id asc nulls last' %}
with

run_settings as (select * from {{ ref('run_settings') }}),

-- The log by item and age, what lies ahead last: all rows, and the valid ones. Equal rows have one order.
ranked_changes as (
    select
        changes.subscription_id,
        changes.item_id,
        changes.customer_id,
        changes.currency,
        changes.reject_reason,
        case when {{ is_ahead }} = 0 and ({{ may_carry_mrr }}) then {{ list_mrr_amount('changes') }} end as mrr_amount,
        row_number() over (
            partition by changes.subscription_id, changes.item_id
            order by {{ is_ahead }} asc, {{ newest }}, changes.reject_reason asc nulls last, {{ equal }}
        ) as recency,
        row_number() over (
            partition by changes.subscription_id, changes.item_id, changes.reject_reason is null
            order by {{ is_ahead }} asc, {{ newest }}, {{ equal }}
        ) as recency_of_its_kind
    from {{ ref('base_subscription_changes') }} as changes
    cross join run_settings
),

-- Of the log MRR on the as-of day, by the newest row of each item; a rejected one less what counts in its place.
money as (

    select
        'subscription_changes' as input_name,
        changes.currency,
        changes.reject_reason,
        changes.customer_id,
        case
            when changes.reject_reason is null and changes.recency_of_its_kind = 1 then changes.mrr_amount
            when changes.reject_reason is not null and changes.recency = 1
                then abs(coalesce(changes.mrr_amount, 0) - coalesce(counted.mrr_amount, 0))
        end as amount
    from ranked_changes as changes
    left join ranked_changes as counted
        on
            changes.subscription_id = counted.subscription_id
            and changes.item_id = counted.item_id
            and counted.reject_reason is null and counted.recency_of_its_kind = 1
    {% for input_name, contract in input_contracts().items() if contract.meta.amount_at_stake %}
    {%- set amount = contract.meta.amount_at_stake %}
    union all

    select
        '{{ input_name }}' as input_name,
        {{ 'currency' if 'currency' in contract.columns else null_text }} as currency,
        reject_reason,
        {{ 'customer_id' if 'customer_id' in contract.columns else null_text }} as customer_id,
        case when abs({{ amount }}) < {{ var('number_limit') }} then cast(abs({{ amount }}) as {{ type_amount() }}) end
            as amount
    from {{ ref('base_' ~ input_name) }}
    {% endfor %}
),

-- A customer counts where it carries most, once among valid rows and once among rejected ones.
counted_money as (

    select
        *,
        customer_id is not null and amount > 0 and row_number() over (
            partition by input_name, customer_id, case when reject_reason is null then 1 else 0 end
            order by amount desc nulls last, currency asc nulls last, reject_reason asc nulls last
        ) = 1 as is_counted
    from money
    where coalesce(reject_reason, '') <> 'internal_customer'

),

latest_rates as (
    select
        *,
        row_number() over (partition by currency order by rate_date desc) as recency
    from {{ ref('stg_exchange_rates') }}
),

sums as (

    select
        amounts.input_name,
        amounts.currency,
        amounts.reject_reason,
        count(*) as row_count,
        cast(sum(amounts.amount) as {{ type_amount() }}) as amount,
        cast(sum(case when amounts.is_counted then 1 else 0 end) as {{ dbt.type_bigint() }}) as customer_count,
        cast(sum(amounts.amount) as {{ type_double() }})
        * max(case when amounts.currency <> reporting.reporting_currency then rates.rate else 1 end) as reporting_amount
    from counted_money as amounts
    cross join run_settings as reporting
    left join latest_rates as rates on amounts.currency = rates.currency and rates.recency = 1
    group by amounts.input_name, amounts.currency, amounts.reject_reason

)

select
    input_name,
    currency,
    reject_reason,
    row_count,
    {{ rate('row_count', 'sum(row_count) over (' ~ of_input ~ ')') }} as row_rate,
    amount,
    cast(reporting_amount as {{ type_amount() }}) as reporting_amount,
    {{ rate('reporting_amount', 'sum(reporting_amount) over (' ~ of_input ~ ')') }} as amount_rate,
    customer_count,
    {{ rate('customer_count', 'sum(customer_count) over (' ~ of_input ~ ')') }} as customer_rate
from sums
