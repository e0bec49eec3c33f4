-- Grain: one row per build (filter: published); none where publication is done by other means.
{{ config(materialized='view') }}
select value as build_id
from {{ build_metadata() }}
where kind = 'publication'
