{#- What the customers of a year ago pay now, at the exchange rates of then, of rows of int_customer_movements: with those
    that had churned and returned, without them, and without what each pays more than then. -#}
{% macro year_ago_amounts(movements) -%}
    {%- set then_amount = movements ~ '.year_ago_mrr_amount' -%}
    {%- set now_amount = movements ~ '.mrr_at_year_ago_rate_amount' -%}
    {%- set has_stayed = 'not ' ~ movements ~ '.has_reactivated_in_year' -%}
    {{ return({
        'returned_mrr_amount': 'case when ' ~ then_amount ~ ' > 0 then ' ~ now_amount ~ ' else 0 end',
        'kept_mrr_amount':
            'case when ' ~ then_amount ~ ' > 0 and ' ~ has_stayed ~ ' then ' ~ now_amount ~ ' else 0 end',
        'kept_capped_mrr_amount':
            'case when ' ~ has_stayed ~ ' then least(' ~ now_amount ~ ', ' ~ then_amount ~ ') else 0 end',
    }) }}
{%- endmacro %}
