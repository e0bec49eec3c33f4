-- Grain: one row per month, dimension and value of it (filter: in service at either end, moved, or paying a year ago).
-- Losses are booked under the value at the opening. What is left of a customer whose value has changed is then
-- reclassified to the value at the close, and gains are booked there.
{%- set lost = ['contraction', 'pause', 'churn', 'transfer', 'adjustment'] %}
{%- set gained = ['new', 'expansion', 'resume', 'reactivation', 'fx'] %}
{%- set sides = {
    'opening': ['retained_mrr_amount', 'regained_mrr_amount', 'opening_mrr_amount', 'opening_customer_count',
        'known_customer_count', 'adjustment_customer_count'],
    'closing': ['closing_mrr_amount', 'active_customer_count', 'paying_customer_count'],
    'year_ago': ['year_ago_mrr_amount', 'returned_mrr_amount', 'kept_mrr_amount', 'kept_capped_mrr_amount'],
} %}
{%- set lost_types = "'" ~ lost | join("', '") ~ "'" %}
{%- set kept_types = "'adjustment', 'expansion', 'contraction', 'churn'" %}
{%- set amounts = ['opening', 'reclassified_in', 'reclassified_out', 'new', 'expansion', 'contraction', 'pause',
    'resume', 'churn', 'reactivation', 'transfer', 'fx', 'adjustment', 'closing', 'usage'] %}
{%- set counts = ['opening', 'reclassified_in', 'reclassified_out', 'new', 'expansion', 'contraction', 'pause',
    'resume', 'churn', 'reactivation', 'fx', 'adjustment', 'active', 'paying'] %}
with

cells as (select * from {{ ref('int_mrr_dimension_cells') }}),

months as (select * from {{ ref('int_months') }}),

-- Each group of customers three times: under its value at the opening, at the close and a year ago.
sides as (
    {% for side in sides %}
    select
        '{{ side }}' as side,
        activity_month,
        dimension_name,
        {{ side }}_value as dimension_value,
        movement_type,
        movement_amount,
        customer_count,
        usage_mrr_amount,
        {%- for column in sides.opening[2:] + sides.closing + sides.year_ago %}
        {{ column }},
        {%- endfor %}
        opening_mrr_amount + case when movement_type in ({{ kept_types }}) then movement_amount else 0 end
            as retained_mrr_amount,
        case when movement_type = 'reactivation' then movement_amount else 0 end as regained_mrr_amount,
        case
            when opening_value = closing_value then 0
            when movement_type in ({{ lost_types }}) then opening_mrr_amount + movement_amount
            else opening_mrr_amount
        end as reclassified_mrr_amount,
        case when opening_value = closing_value then 0 else staying_customer_count end as reclassified_customer_count
    from cells
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

totals as (

    select
        activity_month,
        dimension_name,
        dimension_value,
        {%- for side, columns in sides.items() %}
        {%- for column in columns %}
        sum(case when side = '{{ side }}' then {{ column }} else 0 end) as {{ column }},
        {%- endfor %}
        {%- endfor %}
        {%- for type in lost + gained %}
        {%- set side = 'opening' if type in lost else 'closing' %}
        {%- set is_booked = "side = '" ~ side ~ "' and movement_type = '" ~ type ~ "'" %}
        sum(case when {{ is_booked }} then movement_amount else 0 end) as {{ type }}_mrr_amount,
        {%- if type not in ['transfer', 'adjustment'] %}
        sum(case when {{ is_booked }} then customer_count else 0 end) as {{ type }}_customer_count,
        {%- endif %}
        {%- endfor %}
        sum(case when side = 'closing' then reclassified_mrr_amount else 0 end) as reclassified_in_mrr_amount,
        sum(case when side = 'opening' then -reclassified_mrr_amount else 0 end) as reclassified_out_mrr_amount,
        sum(case when side = 'closing' then reclassified_customer_count else 0 end) as reclassified_in_customer_count,
        sum(case when side = 'opening' then reclassified_customer_count else 0 end) as reclassified_out_customer_count,
        sum(case when side = 'closing' then usage_mrr_amount end) as usage_mrr_amount
    from sides
    group by activity_month, dimension_name, dimension_value

)
{%- set known_amount = '(totals.opening_mrr_amount + totals.adjustment_mrr_amount)' %}
{%- set lost_amount = '-(totals.churn_mrr_amount + totals.contraction_mrr_amount)' %}
{%- set gained_amount = 'totals.new_mrr_amount + totals.expansion_mrr_amount + totals.reactivation_mrr_amount' %}

select
    totals.activity_month,
    totals.dimension_name,
    totals.dimension_value,
    {%- for amount in amounts %}
    cast(totals.{{ amount }}_mrr_amount as {{ type_amount() }}) as {{ amount }}_mrr_amount,
    {%- endfor %}
    cast(12 * totals.closing_mrr_amount as {{ type_amount() }}) as closing_arr_amount,
    {%- for count in counts %}
    cast(totals.{{ count }}_customer_count as {{ dbt.type_bigint() }}) as {{ count }}_customer_count,
    {%- endfor %}
    {%- for column in sides.year_ago + ['retained_mrr_amount'] %}
    cast(totals.{{ column }} as {{ type_amount() }}) as {{ column }},
    {%- endfor %}
    {{ rate('totals.churn_customer_count', 'totals.known_customer_count') }} as logo_churn_rate,
    {{ rate(lost_amount, known_amount) }} as gross_revenue_churn_rate,
    {{ rate(known_amount ~ ' - (' ~ lost_amount ~ ')', known_amount) }} as grr_rate,
    {{ rate('totals.retained_mrr_amount', known_amount) }} as nrr_rate,
    {{ rate('totals.retained_mrr_amount + totals.regained_mrr_amount', known_amount) }} as nrr_with_reactivation_rate,
    {{ rate('totals.kept_capped_mrr_amount', 'totals.year_ago_mrr_amount') }} as grr_12m_rate,
    {{ rate('totals.kept_mrr_amount', 'totals.year_ago_mrr_amount') }} as nrr_12m_rate,
    {{ rate('totals.returned_mrr_amount', 'totals.year_ago_mrr_amount') }} as nrr_12m_with_reactivation_rate,
    {{ rate(gained_amount, lost_amount) }} as quick_ratio,
    cast({{ rate('totals.closing_mrr_amount', 'totals.paying_customer_count') }} as {{ type_amount() }}) as arpa_amount,
    months.is_partial_month
from totals
inner join months on totals.activity_month = months.activity_month
-- A value to which nobody belongs has no row.
where
    totals.year_ago_mrr_amount > 0
    or totals.usage_mrr_amount > 0
    {%- for count in counts %}
    or totals.{{ count }}_customer_count > 0
    {%- endfor %}
