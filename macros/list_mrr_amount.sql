{#- List MRR before tax that a row of the log carries, valid or rejected; null where it ends the service, or its numbers
    cannot be read. -#}
{% macro list_mrr_amount(changes) -%}
    case
        when
            -- An end carries no MRR: nothing is missing for it.
            coalesce(not {{ changes }}.is_end, true)
            and coalesce({{ changes }}.included_tax_rate between 0 and 1, true)
            and abs({{ changes }}.quantity * {{ changes }}.unit_amount) < {{ var('number_limit') }}
            and {{ changes }}.interval_count >= 1 and {{ changes }}.interval_count < {{ var('number_limit') }}
            then {{ monthly_amount(
                changes ~ '.quantity',
                changes ~ '.unit_amount / (1 + coalesce(' ~ changes ~ '.included_tax_rate, 0))', '0', '0',
                changes ~ '.billing_interval', changes ~ '.interval_count'
            ) }}
    end
{%- endmacro %}
