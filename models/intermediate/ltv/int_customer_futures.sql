-- Grain: one row per customer (filter: with an expected future on the as-of day), in gross profit.
with

expected_values as (select * from {{ ref('int_customer_expected_values') }}),

buyer_values as (select * from {{ ref('int_buyer_values') }}),

return_values as (select * from {{ ref('int_return_values') }}),

futures as (

    select
        customer_id,
        'subscription_curve' as ltv_method,
        usage_mrr_amount,
        expected_months,
        cast(null as {{ type_rate() }}) as alive_rate,
        cast(null as {{ type_rate() }}) as expected_purchase_count,
        value_amount,
        value_low_amount,
        value_high_amount
    from expected_values
    where is_as_of and value_horizon = 'lifetime'

    union all

    select
        customer_id,
        'purchase_model' as ltv_method,
        0 as usage_mrr_amount,
        cast(null as {{ type_rate() }}) as expected_months,
        alive_rate,
        expected_purchase_count,
        value_amount,
        value_low_amount,
        value_high_amount
    from buyer_values
    where is_as_of and value_horizon = 'lifetime'

    union all

    -- Four of five return, or not, with a chance beyond the ends of the interval alone.
    select
        customer_id,
        'return_chance' as ltv_method,
        0 as usage_mrr_amount,
        0 as expected_months,
        cast(null as {{ type_rate() }}) as alive_rate,
        cast(null as {{ type_rate() }}) as expected_purchase_count,
        return_value_amount as value_amount,
        case when return_rate > 1 - {{ var('interval_tail_rate') }} then returned_value_amount else 0 end
            as value_low_amount,
        case when return_rate > {{ var('interval_tail_rate') }} then returned_value_amount else 0 end
            as value_high_amount
    from return_values
    where is_as_of and is_churned

)

select
    futures.customer_id,
    futures.ltv_method,
    cast(futures.usage_mrr_amount as {{ type_amount() }}) as usage_mrr_amount,
    cast(futures.expected_months as {{ type_rate() }}) as expected_months,
    cast(futures.alive_rate as {{ type_rate() }}) as alive_rate,
    cast(futures.expected_purchase_count as {{ type_rate() }}) as expected_purchase_count,
    {%- for name, amount in {
        'future': 'futures.value_amount',
        'future_low': 'least(futures.value_low_amount, futures.value_amount)',
        'future_high': 'greatest(futures.value_high_amount, futures.value_amount)'
    }.items() %}
    cast({{ amount }} * {{ var('gross_margin_rate') }} as {{ type_amount() }}) as {{ name }}_amount,
    {%- endfor %}
    cast(return_values.return_value_amount * {{ var('gross_margin_rate') }} as {{ type_amount() }})
        as return_value_amount
from futures
left join return_values on futures.customer_id = return_values.customer_id and return_values.is_as_of
