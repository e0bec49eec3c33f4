-- Grain: one row per kind of change since the publication before and what has changed; none where there is none before.
{%- set moved = 'coalesce(changes.current_amount, 0) - coalesce(changes.previous_amount, 0)' %}
with

pairs as (select * from {{ ref('publication_pairs') }}),

movements as (select * from {{ ref('mrr_movements') }}),

contract_renewals as (select * from {{ ref('contract_renewals') }}),

receivers as (

    select
        customer_id,
        max(activity_month) as activity_month
    from movements
    where movement_type = 'transfer' and movement_amount > 0
    group by customer_id

),

changes as (

    select
        case
            when pairs.level_kind = 'rejection' and pairs.current_amount > coalesce(pairs.previous_amount, 0)
                then 'rows_rejected'
            when pairs.level_kind = 'month' and coalesce(pairs.current_amount <> pairs.previous_amount, true)
                then 'month_restated'
            when pairs.level_kind <> 'customer' then null
            when pairs.has_begun and receivers.activity_month >= {{ month_start('pairs.previous_as_of_date') }}
                then 'customer_transferred'
            when pairs.has_begun and pairs.had_paid then 'customer_returned'
            when pairs.has_begun then 'customer_won'
            when pairs.has_ended and pairs.current_status in ('paused', 'transferred')
                then 'customer_' || pairs.current_status
            -- A free plan is churn, and so is a pause that has lapsed.
            when pairs.has_ended and pairs.current_status in ('churned', 'free') then 'customer_lost'
            when pairs.previous_status = 'paused' and pairs.current_status = 'churned' then 'customer_lost'
            when pairs.has_ended then 'customer_removed'
            when pairs.current_amount = pairs.previous_amount then null
            when pairs.has_same_own_amount then 'mrr_fx'
            when pairs.current_amount > pairs.previous_amount then 'mrr_up'
            when pairs.current_amount < pairs.previous_amount then 'mrr_down'
        end as change_kind,
        pairs.entity_key,
        case when pairs.level_kind = 'customer' then pairs.entity_key end as customer_id,
        case when pairs.level_kind <> 'customer' then pairs.entity_key end as change_detail,
        pairs.previous_status,
        pairs.current_status,
        pairs.previous_amount,
        pairs.current_amount
    from pairs
    left join receivers on pairs.level_kind = 'customer' and pairs.entity_key = receivers.customer_id

    union all

    select
        case
            when {{ is_lower_band('current_health_status', 'previous_health_status') }} then 'health_fallen'
            when {{ is_lower_band('previous_health_status', 'current_health_status') }} then 'health_risen'
        end as change_kind,
        entity_key,
        entity_key as customer_id,
        null as change_detail,
        previous_health_status as previous_status,
        current_health_status as current_status,
        previous_amount,
        current_amount
    from pairs
    where level_kind = 'customer'

    union all

    -- Terms that have come to their renewal since; one that ended before it has none.
    select
        'renewal_passed' as change_kind,
        contract_renewals.term_id as entity_key,
        contract_renewals.customer_id,
        {{ text_of('contract_renewals.renewal_date') }} as change_detail,
        null as previous_status,
        contract_renewals.renewal_outcome as current_status,
        contract_renewals.mrr_amount as previous_amount,
        contract_renewals.next_mrr_amount as current_amount
    from pairs
    cross join contract_renewals
    where
        pairs.level_kind = 'company' and contract_renewals.over_date = contract_renewals.renewal_date
        and contract_renewals.over_date > pairs.previous_as_of_date and contract_renewals.over_date <= pairs.as_of_date

)

select
    changes.change_kind,
    changes.entity_key,
    company.as_of_date,
    company.previous_as_of_date,
    cast(row_number() over (
        order by
            case changes.change_kind
                {%- for kind in change_kinds() %}
                when '{{ kind }}' then {{ loop.index }}
                {%- endfor %}
            end asc, abs({{ moved }}) desc, changes.entity_key asc
    ) as {{ dbt.type_bigint() }}) as change_rank,
    changes.customer_id,
    changes.change_detail,
    changes.previous_status,
    changes.current_status,
    case when changes.change_kind <> 'rows_rejected' then changes.previous_amount end as previous_mrr_amount,
    case when changes.change_kind <> 'rows_rejected' then changes.current_amount end as mrr_amount,
    case
        when company.is_same_currency and (changes.change_kind like 'customer%' or changes.change_kind like 'mrr%')
            then cast({{ moved }} as {{ type_amount() }})
    end as mrr_change_amount,
    case when changes.change_kind = 'rows_rejected' then cast({{ moved }} as {{ dbt.type_bigint() }}) end
        as rejected_row_count
from changes
inner join pairs as company on company.level_kind = 'company'
where changes.change_kind is not null
