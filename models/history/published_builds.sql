-- Grain: one row per build that was published; none where publishing is left to others.
{{ config(materialized='view') }}
select value as build_id
from {{ build_metadata() }}
where kind = 'publication'
