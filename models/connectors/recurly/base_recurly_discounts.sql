-- Grain: one row per redemption of a coupon and currency of what it takes off, in major units. Free trials take nothing off.
{{ config(enabled='recurly' in var('connectors') | string) }}
{%- set redemptions = landed_table(
    'recurly', ['coupon_redemption_history', 'account_coupon_redemptions', 'coupon_redemptions', 'coupon_redemption'], 'redemptions'
) %}
{%- set coupons = landed_table('recurly', ['coupon_history', 'coupons', 'coupon'], 'coupons') %}
{%- set table = landed_table('recurly', ['coupon_discount'], 'discounts') %}
{%- set of_coupons = landed_list(coupons, 'discount.currencies', 'discounts') %}
{%- set of_redemptions = landed_list(redemptions, 'coupon.discount.currencies', 'discounts') %}
with

redemptions as (

    select
        {{ landed(redemptions, 'id', 'id') }} as redemption_id,
        {{ landed(redemptions, 'account.id', 'id') }} as account_id,
        {{ landed(redemptions, 'subscription.id', 'id') }} as subscription_id,
        {{ landed(redemptions, 'coupon.id', 'id') }} as coupon_id,
        lower({{ landed(redemptions, 'state') }}) as state,
        {{ landed(redemptions, 'created_at', 'instant') }} as created_at,
        {{ landed(redemptions, 'removed_at', 'instant') }} as removed_at,
        {{ landed(redemptions, 'updated_at', 'instant') }} as updated_at,
        row_number() over (
            partition by {{ landed(redemptions, 'id', 'id') }}
            order by {{ landed(redemptions, 'updated_at', 'instant') }} desc nulls last, {{ landed_at(redemptions) }} desc nulls last
        ) as recency
    from {{ redemptions.sql }}

),

-- Some loaders give a coupon within its redemption.
landed_coupons as (
    {% for rows, prefix in [[coupons, ''], [redemptions, 'coupon.']] %}
    select
        {{ landed(rows, prefix ~ 'id', 'id') }} as coupon_id,
        lower({{ landed(rows, prefix ~ 'duration') }}) as duration,
        lower({{ landed(rows, prefix ~ 'temporal_unit') }}) as temporal_unit,
        {{ landed(rows, prefix ~ 'temporal_amount', 'number') }} as temporal_amount,
        case when not {{ landed(rows, prefix ~ 'applies_to_all_plans', 'boolean') }} then {{ landed(rows, prefix ~ 'plans', 'ids') }} end as plans,
        {{ landed(rows, prefix ~ 'discount.percent', 'number') }} as discount_percent,
        {{ landed(rows, 'updated_at', 'instant') }} as updated_at
    from {{ rows.sql }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

ordered_coupons as (
    select
        *,
        row_number() over (partition by coupon_id order by duration desc nulls last, updated_at desc nulls last) as recency
    from landed_coupons
    where coupon_id is not null
),

discounts as (

    select coupon_id, null as currency, discount_percent, cast(null as {{ type_double() }}) as amount
    from ordered_coupons
    where recency = 1 and discount_percent is not null
    {%- for rows, coupon_id in [
        [table, landed(table, 'coupon.id', 'id')], [of_coupons, landed(coupons, 'id', 'id')], [of_redemptions, landed(redemptions, 'coupon.id', 'id')]
    ] %}

    union distinct

    select
        {{ coupon_id }} as coupon_id,
        upper({{ landed(rows, 'currency') }}) as currency,
        {{ landed(rows, ['percentage', 'percent'], 'number') }} as discount_percent,
        {{ landed(rows, 'amount', 'number') }} as amount
    from {{ rows.sql }}
    {%- endfor %}

)

select
    redemptions.redemption_id,
    redemptions.account_id,
    redemptions.subscription_id,
    coupons.duration,
    coupons.temporal_unit,
    coupons.temporal_amount,
    coupons.plans,
    discounts.currency,
    discounts.discount_percent,
    discounts.amount,
    redemptions.created_at as started_at,
    least(
        case
            {%- for unit in ['day', 'week', 'month', 'year'] %}
            when coupons.duration = 'temporal' and coupons.temporal_unit like '{{ unit }}%'
                then {{ dbt.dateadd(unit, 'cast(coupons.temporal_amount as ' ~ dbt.type_int() ~ ')', 'redemptions.created_at') }}
            {%- endfor %}
        end,
        coalesce(
            redemptions.removed_at,
            case when redemptions.state = 'inactive' and coalesce(coupons.duration, 'forever') = 'forever' then redemptions.updated_at end
        )
    ) as ended_at
from redemptions
left join ordered_coupons as coupons on redemptions.coupon_id = coupons.coupon_id and coupons.recency = 1
inner join discounts on redemptions.coupon_id = discounts.coupon_id
where redemptions.recency = 1 and (discounts.discount_percent > 0 or discounts.amount > 0)
