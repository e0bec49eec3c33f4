{#- The chance that a buyer has been lost since its last purchase (BG/NBD); 0 where it has bought once only. -#}
{% macro lost_rate(r, alpha, a, b, buyers) -%}
    case
        when {{ buyers }}.repeat_count > 0
            then
                1 / (1 + ({{ b }} + {{ buyers }}.repeat_count - 1) / {{ a }} * exp(greatest(
                    ({{ r }} + {{ buyers }}.repeat_count) * ln(
                        ({{ alpha }} + {{ buyers }}.recency_weeks) / ({{ alpha }} + {{ buyers }}.age_weeks)
                    ), -600
                )))
        else 0
    end
{%- endmacro %}
