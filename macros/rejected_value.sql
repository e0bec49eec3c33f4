{#- The value that is to blame for a row's rejection, where the reason blames one column; personal data never. Most reasons name
    their column; the others are listed. -#}
{% macro rejected_value(input_name) -%}
    {%- set reasons_of = {
        'customer_id': ['unknown_customer', 'internal_customer'],
        'user_id': ['unknown_user'],
        'invoice_line_id': ['unknown_invoice_line'],
        'currency': ['missing_exchange_rate'],
        'unreadable_value': ['unreadable_value'],
        'score': ['invalid_nps_score'],
        'merged_into_customer_id': ['unknown_merge_target', 'merge_cycle'],
    } -%}
    case
        {%- for name, meta in input_contracts()[input_name].columns.items() if not meta.is_personal %}
        {%- set reasons = [
            'unknown_' ~ name, 'invalid_' ~ name, 'negative_' ~ name, name ~ '_out_of_range', name ~ '_not_positive'
        ] + reasons_of.get(name, []) %}
        when reject_reason in ('{{ reasons | join("', '") }}') then {{ text_of(name) }}
        {%- endfor %}
    end
{%- endmacro %}
