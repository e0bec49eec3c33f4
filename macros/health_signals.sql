{#- The signals of the health score, each a column of int_health_signals and a row of the seed health_signals. -#}
{% macro health_signals() %}
    {{ return([
        'usage_frequency', 'usage_volume', 'usage_trend', 'seat_activation', 'feature_breadth', 'personalisation',
        'onboarding', 'nps', 'urgent_tickets', 'payment_trouble', 'cancellation_asked', 'auto_renew_off', 'price_rise',
        'seats_falling', 'usage_recency', 'contact_gone', 'support_tickets', 'slow_tickets', 'support_satisfaction',
        'late_payments', 'discount_ending'
    ]) }}
{% endmacro %}

{#- Those whose thresholds may be percentiles; each of them costs every run a join. -#}
{% macro percentile_signals() %}
    {{ return([
        'usage_frequency', 'usage_volume', 'usage_trend', 'seat_activation', 'feature_breadth', 'personalisation',
        'onboarding', 'nps'
    ]) }}
{% endmacro %}

{#- Columns of rows by signal_name, side by side: <signal>_<column>, for a group of rows. -#}
{% macro signal_columns(columns) -%}
    {%- for signal in health_signals() %}
    {%- set is_last = loop.last %}
    {%- for column in columns %}
    max(case when signal_name = '{{ signal }}' then {{ column }} end) as {{ signal }}_{{ column }}{{ ',' if not (is_last and loop.last) }}
    {%- endfor %}
    {%- endfor %}
{%- endmacro %}

{#- Columns <signal>_<column> of a CTE, one after the other, to be selected. -#}
{% macro signal_list(columns) -%}
    {%- for signal in health_signals() %}
    {%- set is_last = loop.last %}
    {%- for column in columns %}
    {{ signal }}_{{ column }}{{ ',' if not (is_last and loop.last) }}
    {%- endfor %}
    {%- endfor %}
{%- endmacro %}

{#- What a signal weighs: a measure that is known always, a warning while it is active, for its absence is no sign of health. -#}
{% macro counted_weight(score, signal_kind, weight) -%}
    case
        when {{ score }} is null then 0
        when {{ signal_kind }} = 'warning' and {{ score }} = 100 then 0
        else {{ weight }}
    end
{%- endmacro %}

{#- From 0 at the red threshold to 100 at the green one, whichever of them is the higher; null where the value is not known. -#}
{% macro signal_score(signal) -%}
    {%- set value = 'signal_values.' ~ signal ~ '_value' -%}
    {%- if signal in percentile_signals() -%}
        {%- set value = 'case when thresholds.' ~ signal ~ "_line_unit = 'percentile' then " ~ signal ~ '_percentiles.percentile else '
            ~ value ~ ' end' -%}
    {%- endif -%}
    {%- set red_line = 'thresholds.' ~ signal ~ '_red_line' -%}
    case
        when {{ value }} is not null
            then least(greatest({{ rate(
                '100 * (' ~ value ~ ' - ' ~ red_line ~ ')', 'thresholds.' ~ signal ~ '_green_line - ' ~ red_line
            ) }}, 0), 100)
    end
{%- endmacro %}

{#- The sum of a term over all signals: {signal} stands for the name. -#}
{% macro sum_of_signals(term) -%}
    {%- for signal in health_signals() %}
        {% if not loop.first %}+ {% endif %}{{ term.replace('{signal}', signal) }}
    {%- endfor %}
{%- endmacro %}

{#- The points that a signal deducts, 0 if it is one of the `leaders`, columns that name signals. -#}
{% macro points_besides(signal, leaders) -%}
    {%- if leaders -%}
        case when '{{ signal }}' in ({{ leaders | join(', ') }}) then 0 else {{ signal }}_points end
    {%- else -%}
        {{ signal }}_points
    {%- endif -%}
{%- endmacro %}

{#- The log odds of churn of a customer by learned weights, columns <prefix><signal>_point_slope and so on; null where nothing was learned. -#}
{% macro learned_log_odds(weights, scores, prefix='') -%}
    {%- set units = log_odds_units(
        weights ~ '.' ~ prefix ~ '{signal}_point_slope', scores ~ '.{signal}_score', weights ~ '.' ~ prefix ~ '{signal}_mean_deduction'
    ) -%}
    case
        when {{ weights }}.{{ prefix }}usual_log_odds is not null
            then {{ rate(sum_of_signals('coalesce(cast(' ~ units ~ ' as ' ~ dbt.type_bigint() ~ '), 0)'), '100000000') }}
    end
{%- endmacro %}
