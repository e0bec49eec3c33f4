-- Grain: one row: since when the company has recorded what health is judged by; empty where it never has.
with

feature_uses as (select * from {{ ref('int_feature_uses') }}),

features as (select * from {{ ref('features') }}),

changes as (select * from {{ ref('int_subscription_changes_as_known') }}),

tickets as (select * from {{ ref('stg_support_tickets') }}),

invoice_lines as (select * from {{ ref('stg_invoice_lines') }}),

usage_starts as (

    select
        min(feature_uses.known_date) as usage_date,
        min(feature_uses.user_known_date) as user_date,
        min(case when feature_uses.feature is not null then feature_uses.known_date end) as feature_date,
        min(case when features.is_personalisation then feature_uses.known_date end) as personalisation_date,
        min(case when features.is_onboarding_step then feature_uses.known_date end) as onboarding_date
    from feature_uses
    left join features on feature_uses.feature = features.feature

),

onboarding_steps as (

    select count(*) as onboarding_step_count
    from features
    where is_onboarding_step

),

change_starts as (

    select
        min(case when status in ('past_due', 'unpaid') then known_date end) as late_payment_date,
        min(case when cancel_requested_at is not null then known_date end) as cancellation_date,
        min(case when term_end_date is not null and auto_renew is not null then known_date end) as auto_renew_date
    from changes

),

ticket_starts as (

    select cast(min(opened_at) as date) as ticket_date
    from tickets

),

invoice_starts as (

    select cast(min(issued_at) as date) as invoice_date
    from invoice_lines

)

select
    usage_starts.usage_date,
    usage_starts.user_date,
    usage_starts.feature_date,
    usage_starts.personalisation_date,
    usage_starts.onboarding_date,
    onboarding_steps.onboarding_step_count,
    least(change_starts.late_payment_date, invoice_starts.invoice_date) as payment_date,
    change_starts.cancellation_date,
    change_starts.auto_renew_date,
    ticket_starts.ticket_date
from usage_starts
cross join onboarding_steps
cross join change_starts
cross join ticket_starts
cross join invoice_starts
