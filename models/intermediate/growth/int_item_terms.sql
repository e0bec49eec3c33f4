-- Grain: one row per subscription item and term that it has served, in whole or in part.
{%- set months_per_term = "cast(entries.renewal_months as " ~ type_double() ~ ")" %}
{%- set last_date = "coalesce(cast(" ~ dbt.dateadd('day', -1, 'entries.valid_until_date')
    ~ " as date), run_settings.as_of_date)" %}
with

entries as (select * from {{ ref('int_contract_periods') }}),

run_settings as (select * from {{ ref('run_settings') }}),

term_numbers as (

    {{ numbers(1200) }}

),

served_entries as (

    select
        entries.subscription_id,
        entries.item_id,
        entries.changed_at,
        entries.customer_id,
        entries.plan_id,
        entries.mrr_own_amount,
        entries.auto_renew,
        entries.notice_days,
        entries.renewal_months,
        entries.is_contract,
        entries.valid_from_date,
        -- A pause that has not lapsed yet has ended nothing.
        case when entries.valid_until_date <= run_settings.as_of_date then entries.valid_until_date end
            as valid_until_date,
        entries.first_term_date,
        run_settings.as_of_date,
        floor(
            ({{ elapsed_months('entries.first_term_date', 'entries.valid_from_date') }}) / {{ months_per_term }}
        ) + 1 as first_number,
        -- Terms are served to the last day before the next entry; of terms agreed ahead the first one counts.
        -- What is paused or free begins no other term.
        floor(
            case
                when entries.mrr_list_own_amount = 0
                    then {{ elapsed_months('entries.first_term_date', 'entries.valid_from_date') }}
                else greatest({{ elapsed_months('entries.first_term_date', last_date) }}, 0)
            end / {{ months_per_term }}
        ) + 1 as last_number
    from entries
    cross join run_settings
    where entries.is_fixed_term

),

-- Terms are counted from the first: from 31 January by the month to the last of February and to 31 March.
entry_terms as (

    select
        served_entries.subscription_id,
        served_entries.item_id,
        served_entries.customer_id,
        served_entries.plan_id,
        served_entries.mrr_own_amount,
        served_entries.auto_renew,
        served_entries.notice_days,
        served_entries.renewal_months,
        served_entries.is_contract,
        served_entries.valid_until_date,
        served_entries.as_of_date,
        {{ add_months('served_entries.first_term_date', 'served_entries.renewal_months * (term_numbers.n - 1)') }}
            as term_started_date,
        {{ add_months('served_entries.first_term_date', 'served_entries.renewal_months * term_numbers.n') }}
            as renewal_date,
        row_number() over (
            partition by
                served_entries.subscription_id, served_entries.item_id, served_entries.first_term_date,
                served_entries.renewal_months, term_numbers.n
            order by served_entries.changed_at desc
        ) as recency
    from served_entries
    inner join term_numbers
        on term_numbers.n between served_entries.first_number and served_entries.last_number

)

select
    subscription_id || ' ' || cast(term_started_date as {{ dbt.type_string() }})
    || ' ' || cast(renewal_date as {{ dbt.type_string() }}) as term_id,
    item_id,
    subscription_id,
    term_started_date,
    renewal_date,
    renewal_months,
    customer_id,
    plan_id,
    mrr_own_amount,
    coalesce(auto_renew, true) as is_auto_renewing,
    notice_days,
    is_contract,
    -- Ended by the renewal, or earlier by other terms or the end of the service.
    least(valid_until_date, case when renewal_date <= as_of_date then renewal_date end) as over_date
from entry_terms
-- Terms agreed ahead and withdrawn before they began were never served.
where recency = 1 and coalesce(valid_until_date > term_started_date, true)
