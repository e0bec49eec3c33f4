-- Churn sums to mrr_monthly by each split, what plans and tenure bands open with to the whole; the whole has its rate.
with

months as (select * from {{ ref('mrr_monthly') }}),

closed_months as (select * from {{ ref('closed_months') }}),

churn_months as (select * from {{ ref('churn_monthly') }}),

events as (select * from {{ ref('churn_events') }}),

overall_months as (

    select
        activity_month,
        opening_customer_count,
        opening_mrr_amount,
        logo_churn_rate
    from churn_months
    where churn_split = 'overall'

),

-- By kind and by reason nothing is split while nobody has churned.
splits as (

    {% for split in ['overall', 'tenure_band', 'plan', 'kind', 'reason'] -%}
    select '{{ split }}' as churn_split
    {%- if split in ['kind', 'reason'] %}
    where exists (select 1 from events)
    {%- endif %}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

split_totals as (

    select
        activity_month,
        churn_split,
        sum(opening_customer_count) as opening_customer_count,
        sum(opening_mrr_amount) as opening_mrr_amount,
        sum(churn_customer_count) as churn_customer_count,
        sum(churned_mrr_amount) as churned_mrr_amount
    from churn_months
    group by activity_month, churn_split

)

select
    months.activity_month,
    splits.churn_split,
    months.churn_customer_count,
    split_totals.churn_customer_count as split_count,
    months.churn_mrr_amount,
    split_totals.churned_mrr_amount
from months
cross join splits
left join closed_months on months.activity_month = closed_months.activity_month
left join overall_months on months.activity_month = overall_months.activity_month
left join split_totals
    on months.activity_month = split_totals.activity_month and splits.churn_split = split_totals.churn_split
where
    months.churn_customer_count <> coalesce(split_totals.churn_customer_count, 0)
    or months.churn_mrr_amount <> -coalesce(split_totals.churned_mrr_amount, 0)
    or overall_months.activity_month is null
    or months.opening_mrr_amount + months.adjustment_mrr_amount <> overall_months.opening_mrr_amount
    or (
        splits.churn_split in ('tenure_band', 'plan')
        and (
            overall_months.opening_customer_count <> coalesce(split_totals.opening_customer_count, 0)
            or overall_months.opening_mrr_amount <> coalesce(split_totals.opening_mrr_amount, 0)
        )
    )
    -- A closed month's rate stays as it was published, of what was known of its opening then.
    or (
        not coalesce(closed_months.is_kept, false)
        and coalesce(months.logo_churn_rate, -1) <> coalesce(overall_months.logo_churn_rate, -1)
    )
