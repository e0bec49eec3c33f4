-- Today's MRR less that of the publication before, as the company's own levels have it, is the sum of all changes.
{{ config(group='history') }}
with

changes as (

    select
        coalesce(sum(mrr_change_amount), 0) as mrr_change_amount,
        count(*) as change_count
    from {{ ref('publication_changes') }}

),

months as (

    select coalesce(sum(mrr_monthly.closing_mrr_amount), 0) as mrr_amount
    from {{ ref('run_settings') }} as run_settings
    left join {{ ref('mrr_monthly') }} as mrr_monthly
        on mrr_monthly.activity_month = {{ month_start('run_settings.as_of_date') }}

),

-- Another currency is no change of MRR.
earlier as (

    select known_levels.level_amount as mrr_amount
    from {{ ref('known_levels') }} as known_levels
    cross join {{ ref('run_settings') }} as run_settings
    where
        known_levels.level_kind = 'company'
        and known_levels.build_id <> run_settings.build_id
        and coalesce(known_levels.reporting_currency, '') = coalesce(run_settings.reporting_currency, '')

)

select
    months.mrr_amount,
    earlier.mrr_amount as previous_mrr_amount,
    changes.mrr_change_amount,
    digests.mrr_change_amount as digest_mrr_change_amount,
    changes.change_count,
    digests.change_count as digest_change_count
from changes
cross join months
cross join earlier
left join {{ ref('publication_digest') }} as digests on true
where
    changes.mrr_change_amount <> months.mrr_amount - earlier.mrr_amount
    or coalesce(digests.mrr_change_amount, 0) <> changes.mrr_change_amount
    or coalesce(digests.change_count, 0) <> changes.change_count
