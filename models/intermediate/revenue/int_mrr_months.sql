-- Grain: one row per month, from the first subscription to the as-of day, as known now.
-- The first open month after kept ones opens with what was published; the difference is its adjustment, and its rates
-- divide by what is known of its opening.
with

totals as (select * from {{ ref('int_mrr_month_totals') }}),

movements as (select * from {{ ref('int_mrr_movements') }}),

closed_months as (select * from {{ ref('closed_months') }}),

movement_totals as (

    select
        activity_month,
        sum(case when movement_type = 'new' then movement_amount end) as new_mrr_amount,
        sum(case when movement_type = 'expansion' then movement_amount end) as expansion_mrr_amount,
        sum(case when movement_type = 'contraction' then movement_amount end) as contraction_mrr_amount,
        sum(case when movement_type = 'pause' then movement_amount end) as pause_mrr_amount,
        sum(case when movement_type = 'resume' then movement_amount end) as resume_mrr_amount,
        sum(case when movement_type = 'churn' then movement_amount end) as churn_mrr_amount,
        sum(case when movement_type = 'reactivation' then movement_amount end) as reactivation_mrr_amount,
        sum(case when movement_type = 'fx' then movement_amount end) as fx_mrr_amount
    from movements
    group by activity_month

),

months as (

    select
        totals.activity_month,
        totals.is_partial_month,
        coalesce(closed_months.closing_mrr_amount, totals.opening_mrr_amount) as opening_mrr_amount,
        totals.opening_mrr_amount as known_mrr_amount,
        totals.opening_customer_count as known_customer_count,
        totals.opening_mrr_amount - coalesce(closed_months.closing_mrr_amount, totals.opening_mrr_amount)
            as adjustment_mrr_amount,
        coalesce(movement_totals.new_mrr_amount, 0) as new_mrr_amount,
        coalesce(movement_totals.expansion_mrr_amount, 0) as expansion_mrr_amount,
        coalesce(movement_totals.contraction_mrr_amount, 0) as contraction_mrr_amount,
        coalesce(movement_totals.pause_mrr_amount, 0) as pause_mrr_amount,
        coalesce(movement_totals.resume_mrr_amount, 0) as resume_mrr_amount,
        coalesce(movement_totals.churn_mrr_amount, 0) as churn_mrr_amount,
        coalesce(movement_totals.reactivation_mrr_amount, 0) as reactivation_mrr_amount,
        coalesce(movement_totals.fx_mrr_amount, 0) as fx_mrr_amount,
        totals.closing_mrr_amount,
        totals.usage_mrr_amount,
        coalesce(closed_months.active_customer_count, totals.opening_customer_count) as opening_customer_count,
        totals.new_customer_count,
        totals.expansion_customer_count,
        totals.contraction_customer_count,
        totals.pause_customer_count,
        totals.resume_customer_count,
        totals.churn_customer_count,
        totals.reactivation_customer_count,
        totals.fx_customer_count,
        totals.active_customer_count,
        totals.paying_customer_count,
        totals.year_ago_mrr_amount,
        totals.returned_mrr_amount,
        totals.kept_mrr_amount,
        totals.kept_capped_mrr_amount,
        coalesce(movement_totals.churn_mrr_amount, 0) + coalesce(movement_totals.contraction_mrr_amount, 0)
            as lost_mrr_amount,
        totals.intra_month_subscription_count,
        totals.intra_month_mrr_amount
    from totals
    left join movement_totals on totals.activity_month = movement_totals.activity_month
    left join closed_months
        on
            totals.activity_month = {{ add_months('closed_months.activity_month', 1) }}
            and closed_months.is_last_kept

)

select
    activity_month,
    cast(opening_mrr_amount as {{ type_amount() }}) as opening_mrr_amount,
    cast(new_mrr_amount as {{ type_amount() }}) as new_mrr_amount,
    cast(expansion_mrr_amount as {{ type_amount() }}) as expansion_mrr_amount,
    cast(contraction_mrr_amount as {{ type_amount() }}) as contraction_mrr_amount,
    cast(pause_mrr_amount as {{ type_amount() }}) as pause_mrr_amount,
    cast(resume_mrr_amount as {{ type_amount() }}) as resume_mrr_amount,
    cast(churn_mrr_amount as {{ type_amount() }}) as churn_mrr_amount,
    cast(reactivation_mrr_amount as {{ type_amount() }}) as reactivation_mrr_amount,
    cast(fx_mrr_amount as {{ type_amount() }}) as fx_mrr_amount,
    cast(adjustment_mrr_amount as {{ type_amount() }}) as adjustment_mrr_amount,
    cast(closing_mrr_amount as {{ type_amount() }}) as closing_mrr_amount,
    cast(usage_mrr_amount as {{ type_amount() }}) as usage_mrr_amount,
    opening_customer_count,
    new_customer_count,
    expansion_customer_count,
    contraction_customer_count,
    pause_customer_count,
    resume_customer_count,
    churn_customer_count,
    reactivation_customer_count,
    fx_customer_count,
    active_customer_count,
    paying_customer_count,
    {{ rate('churn_customer_count', 'known_customer_count') }} as logo_churn_rate,
    {{ rate('-lost_mrr_amount', 'known_mrr_amount') }} as gross_revenue_churn_rate,
    {{ rate('known_mrr_amount + lost_mrr_amount', 'known_mrr_amount') }} as grr_rate,
    {{ rate('known_mrr_amount + expansion_mrr_amount + lost_mrr_amount', 'known_mrr_amount') }} as nrr_rate,
    {{ rate(
        'known_mrr_amount + expansion_mrr_amount + reactivation_mrr_amount + lost_mrr_amount', 'known_mrr_amount'
    ) }} as nrr_with_reactivation_rate,
    {{ rate('kept_capped_mrr_amount', 'year_ago_mrr_amount') }} as grr_12m_rate,
    {{ rate('kept_mrr_amount', 'year_ago_mrr_amount') }} as nrr_12m_rate,
    {{ rate('returned_mrr_amount', 'year_ago_mrr_amount') }} as nrr_12m_with_reactivation_rate,
    {{ rate('new_mrr_amount + expansion_mrr_amount + reactivation_mrr_amount', '-lost_mrr_amount') }} as quick_ratio,
    cast({{ rate('closing_mrr_amount', 'paying_customer_count') }} as {{ type_amount() }}) as arpa_amount,
    intra_month_subscription_count,
    cast(intra_month_mrr_amount as {{ type_amount() }}) as intra_month_mrr_amount,
    is_partial_month
from months
