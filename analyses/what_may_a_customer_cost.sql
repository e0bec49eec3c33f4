-- LTV:CAC by channel over the last twelve complete cohort months, best ratio first.
with

economics as (select * from {{ ref('unit_economics') }}),

numbered_months as (

    select
        acquisition_channel,
        spend_amount,
        new_customer_count,
        ltv_amount,
        dense_rank() over (order by cohort_month desc) as month_number
    from economics
    -- What was spent before the first spend on record is not known.
    where not is_partial_month and spend_amount is not null

)

select
    acquisition_channel,
    sum(spend_amount) as spend_amount,
    sum(new_customer_count) as new_customer_count,
    sum(spend_amount) / nullif(sum(new_customer_count), 0) as cac_amount,
    sum(ltv_amount * new_customer_count) / nullif(sum(new_customer_count), 0) as ltv_amount,
    sum(ltv_amount * new_customer_count) / nullif(sum(spend_amount), 0) as ltv_cac_ratio
from numbered_months
where month_number <= 12
group by acquisition_channel
order by ltv_cac_ratio desc nulls last
