-- Grain: one row per customer and spell: service without a gap, on terms of one length.
with

service_months as (select * from {{ ref('int_service_months') }}),

customers as (select * from {{ ref('int_customers') }}),

service_bounds as (select * from {{ ref('int_service_bounds') }}),

run_settings as (select * from {{ ref('run_settings') }}),

spells as (

    select
        customer_id,
        spell_number,
        renewal_months,
        billing_months,
        min(activity_month) as first_month,
        {{ add_months('max(activity_month)', 1) }} as next_month,
        max(case when is_spell_start then mrr_amount end) as opening_mrr_amount
    from service_months
    group by customer_id, spell_number, renewal_months, billing_months

),

ranked_spells as (

    select
        spells.customer_id,
        spells.spell_number,
        spells.renewal_months,
        spells.billing_months,
        spells.first_month,
        spells.next_month,
        customers.customer_size,
        case
            when spells.renewal_months = 1 then 'month'
            when spells.renewal_months = 12 then 'year'
            else spells.renewal_months || ' months'
        end as term_name,
        -- What the next spell follows at once ended by a change of terms, not by churn.
        coalesce(lead(spells.first_month) over customer_log = spells.next_month, false) as is_continued,
        percent_rank() over (
            partition by spells.renewal_months, customers.customer_size order by spells.opening_mrr_amount asc
        ) as mrr_rank
    from spells
    inner join customers on spells.customer_id = customers.customer_id
    window customer_log as (partition by spells.customer_id order by spells.spell_number asc)

)

select
    ranked_spells.customer_id,
    ranked_spells.spell_number,
    ranked_spells.renewal_months,
    ranked_spells.billing_months,
    ranked_spells.term_name,
    ranked_spells.term_name || ' / ' || case
        when ranked_spells.customer_size <> 'unknown' then ranked_spells.customer_size
        when ranked_spells.mrr_rank * 3 < 1 then 'low_mrr'
        when ranked_spells.mrr_rank * 3 < 2 then 'middle_mrr'
        else 'high_mrr'
    end as survival_segment,
    coalesce(first_bounds.first_started_date, ranked_spells.first_month) as started_date,
    case
        when ranked_spells.is_continued then ranked_spells.next_month
        when ranked_spells.next_month <= run_settings.as_of_date
            then coalesce(last_bounds.last_ended_date, ranked_spells.next_month)
    end as ended_date,
    not ranked_spells.is_continued and ranked_spells.next_month <= run_settings.as_of_date as is_churned
from ranked_spells
cross join run_settings
left join service_bounds as first_bounds
    on
        ranked_spells.customer_id = first_bounds.customer_id
        and ranked_spells.first_month = first_bounds.activity_month
left join service_bounds as last_bounds
    on
        ranked_spells.customer_id = last_bounds.customer_id
        and ranked_spells.next_month = last_bounds.activity_month
