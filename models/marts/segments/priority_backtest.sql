-- Grain: one row per period (a month, or all), order of the list and share of it (filter: with customers that churned).
with

finds as (select * from {{ ref('int_priority_finds') }}),

choices as (select * from {{ ref('int_priority_choices') }}),

periods as ({{ numbers(2) }}),

-- The list as it stood: in the order that had been chosen by each month's end.
ordered_finds as (

    select
        priority_order,
        list_share_rate,
        activity_month,
        customer_id,
        mrr_amount,
        lost_value_amount,
        found_rate
    from finds

    union all

    select
        'in_force' as priority_order,
        finds.list_share_rate,
        finds.activity_month,
        finds.customer_id,
        finds.mrr_amount,
        finds.lost_value_amount,
        finds.found_rate
    from finds
    inner join choices
        on finds.activity_month = choices.activity_month and finds.priority_order = choices.priority_order

),

-- Month ends of one customer overlap: in the whole it is one case.
customer_finds as (

    select
        case when periods.n = 2 then ordered_finds.activity_month end as activity_month,
        ordered_finds.priority_order,
        ordered_finds.list_share_rate,
        ordered_finds.customer_id,
        sum(ordered_finds.mrr_amount) as mrr_amount,
        sum(ordered_finds.found_rate * ordered_finds.mrr_amount) as found_mrr_amount,
        sum(ordered_finds.lost_value_amount) as value_amount,
        sum(ordered_finds.found_rate * ordered_finds.lost_value_amount) as found_value_amount
    from ordered_finds
    cross join periods
    group by
        case when periods.n = 2 then ordered_finds.activity_month end,
        ordered_finds.priority_order,
        ordered_finds.list_share_rate,
        ordered_finds.customer_id

),

-- As many customers of one amount would tell as much as these of unlike amounts.
found_totals as (

    select
        activity_month,
        priority_order,
        list_share_rate,
        count(*) as churned_customer_count,
        {%- for amount in ['mrr', 'value'] %}
        sum({{ amount }}_amount) as {{ amount }}_amount,
        sum(found_{{ amount }}_amount) as found_{{ amount }}_amount,
        {{ rate('sum(found_' ~ amount ~ '_amount)', 'sum(' ~ amount ~ '_amount)') }} as found_{{ amount }}_rate,
        power(cast(sum({{ amount }}_amount) as {{ type_double() }}), 2)
        / nullif(sum(power(cast({{ amount }}_amount as {{ type_double() }}), 2)), 0) as {{ amount }}_case_count
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from customer_finds
    group by activity_month, priority_order, list_share_rate

)

select
    coalesce(cast(found_totals.activity_month as {{ dbt.type_string() }}), 'all') as period_name,
    found_totals.activity_month,
    found_totals.priority_order,
    found_totals.list_share_rate,
    found_totals.priority_order = choices.priority_order as is_chosen,
    found_totals.churned_customer_count,
    {%- for amount in ['mrr', 'value'] %}
    {%- set cases = 'found_totals.' ~ amount ~ '_case_count' %}
    cast(found_totals.{{ amount }}_amount as {{ type_amount() }}) as churned_{{ amount }}_amount,
    cast(found_totals.found_{{ amount }}_amount as {{ type_amount() }}) as found_{{ amount }}_amount,
    found_totals.found_{{ amount }}_rate,
    {{ wilson_bound('found_totals.found_' ~ amount ~ '_rate * ' ~ cases, cases, '-') }} as found_{{ amount }}_low_rate,
    {{ wilson_bound('found_totals.found_' ~ amount ~ '_rate * ' ~ cases, cases, '+') }} as found_{{ amount }}_high_rate
    {%- if not loop.last %},{% endif %}
    {%- endfor %}
from found_totals
-- Of the whole the order in force today, of a month end the one that was in force then.
inner join choices
    on coalesce(found_totals.activity_month = choices.activity_month, choices.is_as_of)
