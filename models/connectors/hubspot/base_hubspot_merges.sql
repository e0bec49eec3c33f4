-- Grain: one row per company or contact that was merged into another one.
{{ config(enabled='hubspot' in var('connectors') | string) }}
{%- set audit = landed_table('hubspot', ['contact_merge_audit'], 'audit') %}
with

landed_merges as (

    {%- for object_type, names in {'company': ['company', 'companies'], 'contact': ['contact', 'contacts']}.items() %}
    {%- set rows = landed_table('hubspot', names, 'objects') %}
    {%- set ids = '\'["\' || replace(' ~ hubspot_property(rows, 'hs_merged_object_ids') ~ ', \';\', \'","\') || \'"]\'' %}
    select
        '{{ object_type }}' as object_type,
        {{ stripped('cast(merged.element as ' ~ dbt.type_string() ~ ')', "'\"'") }} as merged_id,
        {{ landed(rows, 'id') }} as remaining_id
    from {{ rows.sql }} {{ join_json_elements(ids, 'merged') }}
    union all
    {%- endfor %}
    select
        'contact' as object_type,
        {{ landed(audit, 'vid_to_merge') }} as merged_id,
        {{ landed(audit, ['canonical_vid', 'contact_id']) }} as remaining_id
    from {{ audit.sql }}

),

-- What was merged into something that was merged itself is part of what remains.
ordered_merges as (
    select
        earlier.object_type,
        earlier.merged_id,
        earlier.remaining_id,
        row_number() over (
            partition by earlier.object_type, earlier.merged_id
            order by case when later.merged_id is null then 0 else 1 end asc, earlier.remaining_id asc
        ) as choice
    from landed_merges as earlier
    left join landed_merges as later on earlier.object_type = later.object_type and earlier.remaining_id = later.merged_id
    where earlier.merged_id <> earlier.remaining_id
)

select
    object_type,
    merged_id,
    remaining_id
from ordered_merges
where choice = 1
