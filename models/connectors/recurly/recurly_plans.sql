-- Grain: one row per plan and per add-on of a plan.
{{ config(enabled='recurly' in var('connectors') | string) }}
{%- set plans = landed_table('recurly', ['plan_history', 'plans', 'plan'], 'plans') %}
{%- set table = landed_table('recurly', ['plan_currency_history'], 'prices') %}
{%- set list = landed_list(plans, 'currencies', 'prices') %}
{%- set catalog = landed_table('recurly', ['add_on_history', 'add_ons', 'add_on'], 'catalog') %}
with

billed_plans as (select * from {{ ref('recurly_billed_plans') }}),

states as (select * from {{ ref('recurly_item_states') }}),

add_ons as (select * from {{ ref('base_recurly_add_ons') }}),

landed_prices as (
    {% for rows, plan_id, dated_at in [
        [table, landed(table, 'plan.id', 'id'), landed(table, 'plan_updated_at', 'instant')],
        [list, landed(plans, 'id', 'id'), landed(plans, 'updated_at', 'instant')]
    ] %}
    select
        {{ plan_id }} as plan_id,
        upper({{ landed(rows, 'currency') }}) as currency,
        {{ landed(rows, 'unit_amount', 'number') }} as unit_amount,
        {{ dated_at }} as dated_at
    from {{ rows.sql }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- What a plan is sold at, where no list of prices says it: at last, and in which currency most.
sold_prices as (
    select
        *,
        count(*) over (partition by plan_id, currency) as currency_count,
        row_number() over (partition by plan_id order by changed_at desc, item_id asc) as recency
    from states
    where unit_amount is not null
),

list_prices as (

    select
        landed_prices.plan_id,
        landed_prices.currency,
        landed_prices.unit_amount,
        row_number() over (
            partition by landed_prices.plan_id
            order by coalesce(max(sold_prices.currency_count), 0) desc, landed_prices.dated_at desc nulls last, landed_prices.currency asc
        ) as choice
    from landed_prices
    left join sold_prices on landed_prices.plan_id = sold_prices.plan_id and landed_prices.currency = sold_prices.currency
    where landed_prices.unit_amount is not null
    group by landed_prices.plan_id, landed_prices.currency, landed_prices.unit_amount, landed_prices.dated_at

),

catalog as (
    select
        {{ landed(catalog, 'id', 'id') }} as plan_add_on_id,
        max({{ landed(catalog, ['name', 'code']) }}) as add_on_name,
        max({{ landed(catalog, 'code', 'id') }}) as add_on_code
    from {{ catalog.sql }}
    group by 1
),

sold_add_ons as (
    select
        plan_add_on_id,
        max(add_on_name) as add_on_name,
        max(landed_at) as landed_at
    from add_ons
    where plan_add_on_id is not null
    group by plan_add_on_id
),

-- People know a plan by its code: it stands where another system has the product.
named_plans as (
    select
        plan_id,
        plan_code as product_id,
        plan_name,
        'core' as product_type,
        billing_interval,
        interval_count,
        landed_at
    from billed_plans

    union all

    select
        add_ons.plan_add_on_id as plan_id,
        catalog.add_on_code as product_id,
        coalesce(catalog.add_on_name, add_ons.add_on_name, add_ons.plan_add_on_id) as plan_name,
        'add_on' as product_type,
        sold_prices.billing_interval,
        sold_prices.interval_count,
        add_ons.landed_at
    from sold_add_ons as add_ons
    left join catalog on add_ons.plan_add_on_id = catalog.plan_add_on_id
    left join sold_prices on add_ons.plan_add_on_id = sold_prices.plan_id and sold_prices.recency = 1
),

mapped_plans as ({{ mapped_plans('recurly', 'named_plans') }})

select
    plans.plan_id,
    plans.plan_name,
    plans.plan_name as product_name,
    coalesce(mapped_plans.product_type, plans.product_type) as product_type,
    mapped_plans.tier_rank,
    mapped_plans.included_seats,
    plans.billing_interval,
    plans.interval_count,
    case when list_prices.plan_id is not null then list_prices.unit_amount else sold_prices.unit_amount end as unit_amount,
    coalesce(list_prices.currency, sold_prices.currency) as currency,
    plans.landed_at as loaded_at
from named_plans as plans
left join list_prices on plans.plan_id = list_prices.plan_id and list_prices.choice = 1
left join sold_prices on plans.plan_id = sold_prices.plan_id and sold_prices.recency = 1
left join mapped_plans on plans.plan_id = mapped_plans.plan_id and mapped_plans.choice = 1
