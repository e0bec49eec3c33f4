-- Grain: one row per prospect: a lead (those of one customer taken together), or a customer without one.
with

leads as (select * from {{ ref('stg_leads') }}),

customers as (select * from {{ ref('int_customers') }}),

milestones as (select * from {{ ref('int_customer_milestones') }}),

run_settings as (select * from {{ ref('run_settings') }}),

known_leads as (

    select
        leads.lead_id,
        leads.customer_id,
        leads.channel,
        cast(leads.created_at as date) as created_date,
        cast(leads.opted_in_at as date) as opted_in_date,
        cast(leads.trip_wire_at as date) as trip_wire_date,
        cast(leads.exit_offer_at as date) as exit_offer_date,
        row_number() over (
            partition by coalesce(leads.customer_id, leads.lead_id), leads.customer_id
            order by leads.created_at asc, leads.lead_id asc
        ) as lead_number
    from leads

),

prospect_leads as (

    select
        customer_id,
        min(lead_id) as lead_id,
        max(case when lead_number = 1 then channel end) as channel,
        min(created_date) as created_date,
        min(opted_in_date) as opted_in_date,
        min(trip_wire_date) as trip_wire_date,
        max(exit_offer_date) as exit_offer_date
    from known_leads
    group by customer_id, case when customer_id is null then lead_id end

)

select
    customers.customer_id,
    case when customers.customer_id is null then prospect_leads.lead_id end as lead_id,
    prospect_leads.lead_id is not null as has_lead,
    coalesce(customers.acquisition_channel, prospect_leads.channel, 'unknown') as acquisition_channel,
    -- A lead that was recorded after it had become a customer dates from then at the latest.
    coalesce(
        least(
            prospect_leads.created_date, prospect_leads.opted_in_date, prospect_leads.trip_wire_date,
            cast(customers.created_at as date), customers.started_date, milestones.customer_date
        ), run_settings.as_of_date
    ) as lead_date,
    prospect_leads.opted_in_date,
    prospect_leads.trip_wire_date,
    prospect_leads.exit_offer_date,
    milestones.customer_date,
    milestones.repeat_date,
    milestones.extra_date,
    milestones.first_lost_date,
    milestones.last_lost_date,
    milestones.first_returned_date,
    milestones.last_returned_date
from prospect_leads
full outer join customers on prospect_leads.customer_id = customers.customer_id
cross join run_settings
left join milestones on customers.customer_id = milestones.customer_id
