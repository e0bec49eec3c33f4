-- Grain: one row per customer (filter: with MRR on the as-of day).
with

segment_months as (select * from {{ ref('int_segment_months') }}),

health_months as (select * from {{ ref('int_health_months') }}),

ranks as (select * from {{ ref('int_priority_ranks') }}),

choices as (select * from {{ ref('int_priority_choices') }}),

plays as (select * from {{ ref('int_customer_plays') }}),

actions as (select * from {{ ref('stg_actions') }}),

customer_attributes as (select * from {{ ref('customer_attributes') }}),

renewal_dates as (select * from {{ ref('int_renewal_dates') }}),

running_terms as (

    select
        customer_id,
        min(renewal_date) as renewal_date
    from {{ ref('int_item_terms') }}
    where over_date is null
    group by customer_id

),

last_actions as (

    select
        customer_id,
        max(done_on) as last_action_date
    from actions
    group by customer_id

),

listed_customers as (

    select
        ranks.customer_id,
        ranks.activity_month,
        ranks.probability_model,
        ranks.churn_probability,
        ranks.stayed_value_amount,
        ranks.return_value_amount,
        ranks.expected_loss_amount,
        ranks.curve_loss_amount,
        choices.priority_order,
        case choices.priority_order
            {%- for name in priority_orders() %}
            when '{{ name }}' then ranks.{{ name }}_rank
            {%- endfor %}
        end as priority_rank
    from ranks
    inner join choices on ranks.activity_month = choices.activity_month
    where ranks.is_as_of_month

)

select
    segment_months.customer_id,
    segment_months.scored_date as as_of_date,
    segment_months.health_status,
    segment_months.value_tier,
    segment_months.segment_name,
    coalesce(plays.play, segment_months.play) as play,
    plays.play_driver,
    coalesce(plays.owner_role, segment_months.owner_role) as owner_role,
    account_owners.attribute_value as account_owner,
    coalesce(plays.act_within_days, segment_months.act_within_days) as act_within_days,
    cast(
        {{ dbt.dateadd(
            'day', 'coalesce(plays.act_within_days, segment_months.act_within_days)', 'segment_months.scored_date'
        ) }} as date
    ) as due_date,
    {{ is_held_out('segment_months.customer_id') }} as is_held_out,
    last_actions.last_action_date,
    plays.is_in_trouble,
    cast(segment_months.mrr_amount as {{ type_amount() }}) as mrr_amount,
    segment_months.ltv_amount,
    segment_months.health_score,
    health_months.reason_text,
    listed_customers.probability_model,
    listed_customers.churn_probability as churn_probability_90d,
    coalesce(running_terms.renewal_date, renewal_dates.billing_renewal_date) as renewal_date,
    listed_customers.stayed_value_amount,
    listed_customers.return_value_amount,
    listed_customers.expected_loss_amount,
    segment_months.value_at_risk_amount,
    listed_customers.curve_loss_amount,
    listed_customers.priority_order,
    cast(listed_customers.priority_rank as {{ dbt.type_bigint() }}) as priority_rank
from segment_months
inner join listed_customers
    on
        segment_months.customer_id = listed_customers.customer_id
        and segment_months.activity_month = listed_customers.activity_month
inner join plays on segment_months.customer_id = plays.customer_id
left join health_months
    on
        segment_months.customer_id = health_months.customer_id
        and segment_months.activity_month = health_months.activity_month
left join renewal_dates
    on
        segment_months.customer_id = renewal_dates.customer_id
        and segment_months.activity_month = renewal_dates.activity_month
left join customer_attributes as account_owners
    on segment_months.customer_id = account_owners.customer_id and account_owners.attribute_name = 'account_owner'
left join last_actions on segment_months.customer_id = last_actions.customer_id
left join running_terms on segment_months.customer_id = running_terms.customer_id
