{#- The kinds of changes from one publication to the next, in the order in which they are shown: name -> what moves with it, MRR or something else.
    MRR of the kinds that move it sums to the whole change. -#}
{% macro change_kinds() -%}
    {{ return({
        'customer_won': 'mrr', 'customer_returned': 'mrr', 'mrr_up': 'mrr',
        'customer_lost': 'mrr', 'customer_paused': 'mrr', 'customer_removed': 'mrr', 'mrr_down': 'mrr',
        'customer_transferred': 'mrr', 'mrr_fx': 'mrr',
        'health_fallen': 'health', 'health_risen': 'health', 'renewal_passed': 'renewal', 'rows_rejected': 'rows', 'month_restated': 'month',
    }) }}
{%- endmacro %}
