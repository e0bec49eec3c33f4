-- Every row of every input is staged, superseded or rejected.
select
    input_name,
    raw_row_count,
    staged_row_count,
    superseded_row_count,
    rejected_row_count
from {{ ref('input_reconciliation') }}
where raw_row_count <> staged_row_count + superseded_row_count + rejected_row_count
