{#- What the seed plan_map says of plans, as a query: their columns plan_id and product_id name them. A plan's own row counts before its
    product's, a row for the connector before one for all; choice 1 is the one that counts. -#}
{% macro mapped_plans(connector, plans) -%}
    select
        {{ plans }}.plan_id,
        plan_map.product_type,
        plan_map.tier_rank,
        plan_map.included_seats,
        row_number() over (
            partition by {{ plans }}.plan_id
            order by
                case when plan_map.plan_id = {{ plans }}.plan_id then 0 else 1 end, case when plan_map.source = 'all' then 1 else 0 end
        ) as choice
    from {{ plans }}
    inner join {{ ref('plan_map') }} as plan_map
        on
            (plan_map.plan_id = {{ plans }}.plan_id or plan_map.plan_id = {{ plans }}.product_id)
            and plan_map.source in ('{{ connector }}', 'all')
{%- endmacro %}
