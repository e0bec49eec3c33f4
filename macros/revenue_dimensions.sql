{#- The dimensions by which revenue is split, as int_customer_dimensions has them by customer and month. -#}
{% macro revenue_dimensions() -%}
    {{ return([
        'plan', 'product', 'billing_interval', 'currency', 'country', 'acquisition_channel', 'customer_size',
        'segment_name', 'health_status', 'cohort_year'
    ]) }}
{%- endmacro %}
