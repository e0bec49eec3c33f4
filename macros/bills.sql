{#- The day by which a bill is to be paid; it is overdue from that day on. -#}
{% macro due_date(issued) -%}
    cast({{ dbt.dateadd('day', var('payment_due_days'), issued) }} as date)
{%- endmacro %}

{#- Whether any bill of int_invoice_lines has ever been paid; where none has, payments are not recorded. -#}
{% macro has_payments() %}count(case when status = 'paid' and amount > 0 then 1 end) > 0{% endmacro %}
