-- Grain: one row per month, split and value of it (filter: plans and tenure bands with an opening or a churn).
{#- Of how a customer leaves, and why, all customers are at risk: it shows at the end alone. #}
{%- set opening = "case when churn_split in ('kind', 'reason') then max(case when churn_split = 'overall' then {} end)"
    ~ ' over (partition by activity_month) else {} end' %}
{%- set opening_customer_count = opening.format('customer_count', 'customer_count') %}
{%- set opening_mrr_amount = opening.format('mrr_amount', 'mrr_amount') %}
with

months as (select * from {{ ref('mrr_monthly') }}),

churn_events as (select * from {{ ref('churn_events') }}),

opening_totals as (select * from {{ ref('int_opening_totals') }}),

splits as (
    {% for split in ['overall', 'kind', 'reason', 'tenure_band', 'plan'] -%}
    select '{{ split }}' as churn_split
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

facts as (
    select
        activity_month,
        plan_name,
        tenure_band,
        cast(null as {{ dbt.type_string() }}) as churn_kind,
        cast(null as {{ dbt.type_string() }}) as cancel_reason,
        customer_count,
        mrr_amount,
        0 as churn_count,
        0 as churned_mrr_amount
    from opening_totals

    union all

    select
        activity_month,
        plan_name,
        tenure_band,
        coalesce(churn_kind, 'unknown') as churn_kind,
        coalesce(cancel_reason, 'unknown') as cancel_reason,
        0 as customer_count,
        0 as mrr_amount,
        count(*) as churn_count,
        sum(churned_mrr_amount) as churned_mrr_amount
    from churn_events
    group by activity_month, plan_name, tenure_band, churn_kind, cancel_reason
),

split_rows as (
    select
        facts.activity_month,
        splits.churn_split,
        case splits.churn_split
            when 'overall' then 'all'
            when 'kind' then facts.churn_kind
            when 'reason' then facts.cancel_reason
            when 'plan' then facts.plan_name
            else coalesce(facts.tenure_band, 'unknown')
        end as split_value,
        facts.customer_count,
        facts.mrr_amount,
        facts.churn_count,
        facts.churned_mrr_amount
    from facts
    cross join splits
),

-- Before anybody was there to churn a month has its row all the same.
found_values as (
    select distinct
        churn_split,
        split_value
    from split_rows
    where split_value is not null

    union distinct

    select
        'overall' as churn_split,
        'all' as split_value
    from months
),

split_months as (
    select
        months.activity_month,
        months.is_partial_month,
        found_values.churn_split,
        found_values.split_value,
        coalesce(sum(split_rows.customer_count), 0) as customer_count,
        coalesce(sum(split_rows.mrr_amount), 0) as mrr_amount,
        coalesce(sum(split_rows.churn_count), 0) as churn_count,
        coalesce(sum(split_rows.churned_mrr_amount), 0) as churned_mrr_amount
    from months
    cross join found_values
    left join split_rows
        on
            months.activity_month = split_rows.activity_month
            and found_values.churn_split = split_rows.churn_split
            and found_values.split_value = split_rows.split_value
    group by months.activity_month, months.is_partial_month, found_values.churn_split, found_values.split_value
)

select
    activity_month,
    is_partial_month,
    churn_split,
    split_value,
    cast({{ opening_customer_count }} as {{ dbt.type_bigint() }}) as opening_customer_count,
    cast({{ opening_mrr_amount }} as {{ type_amount() }}) as opening_mrr_amount,
    cast(churn_count as {{ dbt.type_bigint() }}) as churn_customer_count,
    cast(churned_mrr_amount as {{ type_amount() }}) as churned_mrr_amount,
    {{ rate('churn_count', opening_customer_count) }} as logo_churn_rate,
    {{ rate('churned_mrr_amount', opening_mrr_amount) }} as mrr_churn_rate
from split_months
where churn_split in ('overall', 'kind', 'reason') or customer_count > 0 or mrr_amount > 0 or churn_count > 0
