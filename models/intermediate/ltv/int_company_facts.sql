-- Grain: one row: what holds for the whole company on the as-of day.
with

churns as (

    select
        sum(churn_count) as churn_count,
        sum(opening_count) as opening_count
    from {{ ref('int_customer_churns') }}

),

invoice_lines as (

    select count(*) as line_count
    from {{ ref('int_invoice_lines') }}

),

bands as (select * from {{ ref('ltv_cac_bands') }})

select
    {{ rate('churns.churn_count', 'churns.opening_count') }} as logo_churn_rate,
    invoice_lines.line_count > 0 as has_billing_history,
    -- Lifetime value must be this many times what was spent to win the customer.
    bands.min_ltv_cac_ratio as target_ltv_cac_ratio
from bands
cross join churns
cross join invoice_lines
where bands.ltv_cac_status = 'green'
