-- Grain: one row per order, share of the list, month and customer (filter: churned within the horizon).
with

ranks as (select * from {{ ref('int_priority_ranks') }}),

list_shares as (

    {% for share in var('priority_list_shares') %}
    select cast({{ share }} as {{ type_rate() }}) as list_share_rate
    {%- if not loop.last %}
    union all
    {% endif -%}
    {% endfor %}

),

churns as (

    {% for name in priority_orders() %}
    select
        '{{ name }}' as priority_order,
        activity_month,
        horizon_date,
        customer_id,
        customer_count,
        {{ name }}_rank as list_rank,
        mrr_amount,
        lost_value_amount
    from ranks
    where is_observed and has_churned

    union all
    {% endfor %}
    -- A list in random order, of which the expectation is known: nothing is drawn.
    select
        'random' as priority_order,
        activity_month,
        horizon_date,
        customer_id,
        customer_count,
        null as list_rank,
        mrr_amount,
        lost_value_amount
    from ranks
    where is_observed and has_churned

),

listed_churns as (

    select
        churns.priority_order,
        list_shares.list_share_rate,
        churns.activity_month,
        churns.horizon_date,
        churns.customer_id,
        churns.customer_count,
        -- A share of the list holds one customer at least.
        cast(ceiling(list_shares.list_share_rate * churns.customer_count) as {{ dbt.type_int() }}) as listed_count,
        churns.list_rank,
        churns.mrr_amount,
        churns.lost_value_amount
    from churns
    cross join list_shares

)

select
    priority_order,
    list_share_rate,
    activity_month,
    horizon_date,
    customer_id,
    customer_count,
    listed_count,
    mrr_amount,
    lost_value_amount,
    case
        when priority_order = 'random' then {{ rate('listed_count', 'customer_count') }}
        when list_rank <= listed_count then 1
        else 0
    end as found_rate
from listed_churns
