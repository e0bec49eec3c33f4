-- Grain: one row: what has changed since the publication before; none where there is none.
with

pairs as (select * from {{ ref('publication_pairs') }}),

changes as (select * from {{ ref('publication_changes') }}),

totals as (

    select
        count(*) as change_count,
        {% for kind, unit in change_kinds().items() -%}
        sum(case when change_kind = '{{ kind }}' then 1 else 0 end) as {{ kind }}_count,
        {% if unit == 'mrr' -%}
        sum(case when change_kind = '{{ kind }}' then mrr_change_amount end) as {{ kind }}_amount,
        {% endif -%}
        {% endfor -%}
        sum(case when change_kind = 'renewal_passed' and current_status = 'lost' then 1 else 0 end)
            as renewal_lost_count,
        sum(rejected_row_count) as rejected_row_count
    from changes

)

select
    pairs.as_of_date,
    pairs.previous_as_of_date,
    cast(pairs.previous_amount as {{ type_amount() }}) as previous_mrr_amount,
    cast(pairs.current_amount as {{ type_amount() }}) as mrr_amount,
    cast(pairs.current_amount - pairs.previous_amount as {{ type_amount() }}) as mrr_change_amount,
    {% for kind, unit in change_kinds().items() -%}
    cast(coalesce(totals.{{ kind }}_count, 0) as {{ dbt.type_bigint() }}) as {{ kind }}_count,
    {% if unit == 'mrr' -%}
    cast(
        case when pairs.is_same_currency then coalesce(totals.{{ kind }}_amount, 0) end as {{ type_amount() }}
    ) as {{ kind }}_amount,
    {% endif -%}
    {% endfor -%}
    cast(coalesce(totals.renewal_lost_count, 0) as {{ dbt.type_bigint() }}) as renewal_lost_count,
    cast(coalesce(totals.rejected_row_count, 0) as {{ dbt.type_bigint() }}) as rejected_row_count,
    cast(totals.change_count as {{ dbt.type_bigint() }}) as change_count
from pairs
cross join totals
where pairs.level_kind = 'company'
