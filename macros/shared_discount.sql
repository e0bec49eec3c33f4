{#- An item's MRR in its own currency, less its share of the discounts that its subscription has been sold as products. -#}
{% macro shared_discount(relation) -%}
    case
        when {{ relation }}.subscription_discount_amount is null then {{ relation }}.mrr_own_amount
        when {{ relation }}.subscription_discount_amount >= {{ relation }}.subscription_mrr_amount then 0
        -- Each item of the subscription by its share.
        else {{ relation }}.mrr_own_amount - cast(
            cast({{ relation }}.subscription_discount_amount as {{ type_double() }}) * {{ relation }}.mrr_own_amount
            / cast({{ relation }}.subscription_mrr_amount as {{ type_double() }}) as {{ type_amount() }}
        )
    end
{%- endmacro %}
