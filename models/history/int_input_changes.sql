-- Grain: one row per input, month in which rows take effect, day of their first load and day of their newest.
{%- set occurred_at = {
    'subscription_changes': 'changed_at', 'invoice_lines': 'coalesce(paid_at, issued_at)',
    'nps_responses': 'coalesce(responded_at, sent_at)',
} %}
{% for input, occurred in occurred_at.items() -%}
select
    '{{ input }}' as input_name,
    {{ month_start(occurred) }} as occurred_month,
    cast(first_loaded_at as date) as first_loaded_date,
    cast(loaded_at as date) as loaded_date,
    count(*) as row_count
from {{ ref('stg_' ~ input) }}
group by {{ month_start(occurred) }}, cast(first_loaded_at as date), cast(loaded_at as date)
{% if not loop.last %}
union all

{% endif %}
{%- endfor %}
