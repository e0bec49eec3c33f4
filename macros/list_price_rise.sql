{#- MRR that going to a plan's list price of today adds, in the currency of the exchange rate: as many units at that price,
    less the share that the discount takes off what is paid now. Null where nothing is paid now. `plan` is the alias of a
    row of stg_plans. -#}
{% macro list_price_rise(quantity, plan, exchange_rate, mrr_amount, mrr_list_amount) -%}
    cast(
        {{ monthly_amount(
            quantity, plan ~ '.unit_amount', '0', '0', plan ~ '.billing_interval', plan ~ '.interval_count'
        ) }}
        * {{ exchange_rate }}
        * ({{ mrr_amount }} / cast(nullif({{ mrr_list_amount }}, 0) as {{ type_double() }}))
        - {{ mrr_amount }} as {{ type_amount() }}
    )
{%- endmacro %}
