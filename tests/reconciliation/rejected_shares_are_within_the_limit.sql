-- The gate: no input that carries money is rejected beyond max_rejected_rate. The environment variable
-- CUSTOMER_VALUE_PUBLISH_REJECTED opens it for one run.
{%- set asked = env_var('CUSTOMER_VALUE_PUBLISH_REJECTED', '') | lower %}
{%- set is_open = asked not in ('', '0', 'false', 'no', 'off', 'n', 'f') %}
with

input_reconciliation as (select * from {{ ref('input_reconciliation') }})

select
    input_name,
    raw_row_count,
    rejected_row_count,
    rejected_row_rate,
    rejected_amount_rate
from input_reconciliation
where exceeds_max_rejected_rate and {{ 'false' if is_open else 'true' }}
