-- Grain: one row per cell of the back-test (segment and decile of predicted revenue) and survival segment within it.
with

customers as (select * from {{ ref('int_backtest_customers') }}),

members as (
    {% for segment in ['survival_segment', "'all'"] %}
    select
        customer_id,
        {{ segment }} as cell_segment,
        ntile(10) over (
            {{ 'partition by survival_segment ' if loop.first }}order by predicted_revenue_amount desc, customer_id asc
        ) as prediction_decile
    from customers

    union all

    select
        customer_id,
        {{ segment }} as cell_segment,
        0 as prediction_decile
    from customers
    {% if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
)

select
    members.cell_segment,
    members.prediction_decile,
    customers.valuation_date,
    customers.term_name,
    customers.survival_segment,
    count(*) as customer_count,
    sum(customers.stay_rate) as predicted_survivor_count,
    sum(customers.survivor_count) as actual_survivor_count,
    sum(customers.covered_count) as covered_customer_count,
    count(customers.covered_count) as interval_customer_count,
    cast(sum(customers.stay_rate * (1 - customers.stay_rate)) as {{ type_double() }}) as survivor_variance,
    cast(sum(customers.stay_level_slope) as {{ type_double() }}) as survivor_level_slope,
    cast(sum(customers.stay_tail_slope) as {{ type_double() }}) as survivor_tail_slope,
    sum(customers.predicted_revenue_amount) as predicted_revenue_amount,
    sum(customers.retained_revenue_amount) as retained_revenue_amount,
    sum(customers.actual_revenue_amount) as actual_revenue_amount,
    sum(customers.revenue_variance) as revenue_variance,
    cast(sum(customers.revenue_level_slope) as {{ type_double() }}) as revenue_level_slope,
    cast(sum(customers.revenue_tail_slope) as {{ type_double() }}) as revenue_tail_slope
from members
inner join customers on members.customer_id = customers.customer_id
group by
    members.cell_segment,
    members.prediction_decile,
    customers.valuation_date,
    customers.term_name,
    customers.survival_segment
