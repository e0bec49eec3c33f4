-- Grain: one row per row of an input (filter: rejected).
{%- for input_name in input_names() %}
{%- set key = input_contracts()[input_name].meta.key %}
{%- set base_model = 'base_rejected_usage_events' if input_name == 'usage_events' else 'base_' ~ input_name %}
{%- set amount = input_contracts()[input_name].meta.amount_at_stake %}
select
    '{{ input_name }}' as input_name,
    {% for column in key -%}
    coalesce(cast({{ column }} as {{ dbt.type_string() }}), '')
    {%- if not loop.last %} || '|' || {% endif -%}
    {%- endfor %} as row_key,
    reject_reason,
    {{ rejected_value(input_name) }} as rejected_value,
    {{ row_text(key + value_columns(input_name, with_personal_data=false) + ['loaded_at']) }} as row_text,
    {% if input_name == 'subscription_changes' -%}
    {{ list_mrr_amount('received_rows') }}
    {%- elif amount -%}
    case when abs({{ amount }}) < {{ var('number_limit') }} then cast({{ amount }} as {{ type_amount() }}) end
    {%- else -%}
    cast(null as {{ type_amount() }})
    {%- endif %} as amount_at_stake
from {{ ref(base_model) }} as received_rows -- noqa: AL05
where reject_reason is not null
{% if not loop.last %}
union all
{% endif %}
{%- endfor %}
