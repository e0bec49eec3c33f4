-- Grain: one row per prospect (a lead, or a customer without one) and stage of the funnel.
{%- set stage_dates = {
    'lead': 'lead_date', 'opted_in': 'opted_in_date', 'trip_wire_buyer': 'trip_wire_date',
    'customer': 'customer_date', 'repeat_buyer': 'repeat_date', 'profit_maximiser': 'extra_date',
    'lost': 'first_lost_date', 'returned': 'first_returned_date',
} %}
with

prospects as (select * from {{ ref('int_prospects') }}),

lifecycle_months as (select * from {{ ref('int_lifecycle_months') }}),

stages as (select * from {{ ref('funnel_stages') }}),

run_settings as (select * from {{ ref('run_settings') }}),

steps as (

    select
        prospects.customer_id,
        prospects.lead_id,
        prospects.has_lead,
        prospects.acquisition_channel,
        prospects.exit_offer_date,
        {{ month_start('prospects.lead_date') }} as lead_month,
        stages.funnel_stage,
        stages.previous_stage,
        stages.drop_off_days,
        run_settings.as_of_date,
        case stages.funnel_stage
            {%- for stage, reached_date in stage_dates.items() %}
            when '{{ stage }}' then prospects.{{ reached_date }}
            {%- endfor %}
        end as reached_date,
        case stages.previous_stage
            {%- for stage, reached_date in stage_dates.items() %}
            when '{{ stage }}' then prospects.{{ reached_date }}
            {%- endfor %}
        end as previous_reached_date,
        case stages.funnel_stage
            when 'lost' then prospects.last_lost_date
            when 'returned' then prospects.last_returned_date
        end as last_reached_date,
        -- A prospect that is no customer is in the last stage that it reached.
        stages.funnel_stage = coalesce(
            lifecycle_months.funnel_stage,
            case
                when prospects.trip_wire_date is not null then 'trip_wire_buyer'
                when prospects.opted_in_date is not null then 'opted_in'
                else 'lead'
            end
        ) as is_standing
    from prospects
    cross join stages
    cross join run_settings
    left join lifecycle_months
        on prospects.customer_id = lifecycle_months.customer_id and lifecycle_months.is_as_of_month

)

select
    customer_id,
    lead_id,
    has_lead,
    acquisition_channel,
    lead_month,
    funnel_stage,
    reached_date is not null as has_reached,
    previous_reached_date is not null as has_reached_previous,
    -- A prospect that skipped the stage before has not come from it.
    reached_date is not null and previous_reached_date is not null as has_stepped,
    case
        when reached_date >= previous_reached_date then {{ days_between('previous_reached_date', 'reached_date') }}
        when reached_date < previous_reached_date then 0
    end as step_days,
    is_standing,
    coalesce(
        is_standing
        and {{ days_between('coalesce(last_reached_date, reached_date)', 'as_of_date') }} > drop_off_days,
        false
    ) as has_dropped_off,
    exit_offer_date is not null as has_exit_offer
from steps
