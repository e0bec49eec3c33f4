"""The demonstration company's usage, tickets, accounts, answers and spend in the tables of vendors, as their loaders write them.

Queries of the tables of company.sql, of `usage_events`, and of the macros of as_beside_billing.sql, as for billing in as_billing.py.
"""

# Events name a user, or the anonymous id that it was identified as; accounts are known by calls of group.
SEGMENT = {
    "tracks": """
        select event_id as id, feature as event, feature as event_text, 'anonymous_' || user_id as anonymous_id,
            case when is_signed_in then user_id end as user_id, occurred_at as timestamp, loaded_at as received_at,
            loaded_at as uuid_ts
        from (select *, hash(event_id) % 4 > 0 as is_signed_in from usage_events)
    """,
    "identifies": """
        select 'identify_' || user_id as id, 'anonymous_' || user_id as anonymous_id, user_id, created_at as timestamp,
            loaded_at as received_at, loaded_at as uuid_ts
        from users
    """,
    "groups": """
        select 'group_' || user_id as id, user_id, 'account_' || customer_id as group_id, created_at as timestamp,
            loaded_at as received_at, loaded_at as uuid_ts
        from users
    """,
    "accounts": """
        select 'account_' || customer_id as id, customer_id as stripe_customer_id, customer_name as name, loaded_at as received_at,
            loaded_at as uuid_ts
        from customers
    """,
}

# The batch export of events alone: who a distinct id is, it says itself.
POSTHOG = {
    "events": """
        select event_id as uuid, feature as event, {'$groups': {'company': customer_id}, '$lib': 'web'} as properties,
            user_id as distinct_id, occurred_at as timestamp, loaded_at as created_at, loaded_at as bq_ingested_timestamp
        from usage_events
    """,
}

AMPLITUDE = {
    "event": """
        select event_id as uuid, event_id as id, feature as event_type, user_id, number_of(user_id) as amplitude_id,
            'device_' || user_id as device_id, '{"company": ["' || customer_id || '"]}' as "groups", '{}' as event_properties,
            occurred_at as event_time, loaded_at as server_upload_time, loaded_at as processed_time, loaded_at as _fivetran_synced
        from usage_events
    """,
}

# Tickets of Fivetran with the history of their fields; what was solved is closed four days later.
ZENDESK = {
    "organization": """
        select number_of(customer_id) as id, customer_id as external_id, customer_name as name, created_at, created_at as updated_at,
            loaded_at as _fivetran_synced
        from customers
    """,
    "user": """
        select number_of(customer_id || '_user') as id, number_of(customer_id) as organization_id, email, 'end-user' as role,
            false as suspended, created_at, created_at as updated_at, loaded_at as _fivetran_synced
        from customers
    """,
    "ticket": """
        select ticket_id as id, case when hash(ticket_id) % 3 > 0 then number_of(customer_id) end as organization_id,
            number_of(customer_id || '_user') as requester_id,
            case when resolved_at is null then 'open' when resolved_at + interval 4 day < end_at() then 'closed' else 'solved' end as status,
            priority, opened_at as created_at,
            case when resolved_at + interval 4 day < end_at() then resolved_at + interval 4 day else coalesce(resolved_at, opened_at) end
                as updated_at,
            loaded_at as _fivetran_synced
        from support_tickets
    """,
    "ticket_field_history": """
        select ticket_id, 'status' as field_name, 'new' as value, opened_at as updated, loaded_at as _fivetran_synced from support_tickets
        union all
        select ticket_id, 'status', 'solved', resolved_at, loaded_at from support_tickets where resolved_at is not null
        union all
        select ticket_id, 'status', 'closed', resolved_at + interval 4 day, loaded_at from support_tickets
        where resolved_at + interval 4 day < end_at()
    """,
}

INTERCOM = {
    "company_history": """
        select 'company_' || customer_id as id, customer_id as company_id, customer_name as name, created_at, created_at as updated_at,
            true as _fivetran_active, loaded_at as _fivetran_synced
        from customers
    """,
    "contact_history": """
        select 'contact_' || customer_id as id, email, 'user' as role, created_at, created_at as updated_at, true as _fivetran_active,
            loaded_at as _fivetran_synced
        from customers
    """,
    "contact_company_history": """
        select 'contact_' || customer_id as contact_id, 'company_' || customer_id as company_id, created_at as contact_updated_at,
            true as _fivetran_active, loaded_at as _fivetran_synced
        from customers
    """,
    "conversation_history": """
        select ticket_id as id, state, opened_at as created_at, version_at as updated_at,
            case when priority in ('high', 'urgent') then 'priority' else 'not_priority' end as priority,
            'contact_' || customer_id as source_author_id, 'user' as source_author_type,
            state = 'closed' or resolved_at is null as _fivetran_active, loaded_at as _fivetran_synced
        from (
            select *, 'open' as state, opened_at as version_at from support_tickets
            union all
            select *, 'closed', resolved_at from support_tickets where resolved_at is not null
        )
    """,
}

# HubSpot has words of its own for channels, names of countries, and a company that was merged as a deleted one.
HUBSPOT = {
    "company": """
        select number_of(customer_id) as id, merged_into_customer_id is not null as is_deleted, customer_id as property_stripe_customer_id,
            customer_name as property_name, created_at as property_createdate, industry as property_industry,
            cast(employee_count as bigint) as property_numberofemployees, country_name(country) as property_country,
            hubspot_source(acquisition_channel) as property_hs_analytics_source, created_at as property_hs_lastmodifieddate,
            (
                select string_agg(number_of(merged.customer_id), ';') from customers merged
                where merged.merged_into_customer_id = customers.customer_id
            ) as property_hs_merged_object_ids,
            loaded_at as _fivetran_synced
        from customers
    """,
    "contact": """
        select lead_id as id, false as _fivetran_deleted, created_at as property_createdate,
            case when customer_id is null then 'lead' else 'customer' end as property_lifecyclestage,
            hubspot_source(channel) as property_hs_analytics_source, cast(number_of(customer_id) as double) as property_associatedcompanyid,
            created_at as property_lastmodifieddate, loaded_at as _fivetran_synced
        from leads
    """,
}

SALESFORCE = {
    "account": """
        select account_id_of(customer_id) as id, merged_into_customer_id is not null as is_deleted, customer_id as stripe_customer_id_c,
            account_id_of(merged_into_customer_id) as master_record_id, customer_name as name, industry,
            cast(employee_count as bigint) as number_of_employees, country as billing_country_code,
            salesforce_source(acquisition_channel) as account_source, created_at as created_date, created_at as system_modstamp,
            true as _fivetran_active, loaded_at as _fivetran_synced
        from customers
    """,
    "lead": """
        select lead_id as id, false as is_deleted, salesforce_source(channel) as lead_source, created_at as created_date,
            customer_id is not null as is_converted, account_id_of(customer_id) as converted_account_id, created_at as system_modstamp,
            true as _fivetran_active, loaded_at as _fivetran_synced
        from leads
    """,
}

# Who was asked and did not answer, neither tool says.
DELIGHTED = {
    "response": """
        select response_id as id, 'person_' || user_id as person_id, 'nps' as survey_type, score, comment, responded_at as created_at,
            json_object('stripe_customer_id', customer_id, 'user_id', user_id) as person_properties, loaded_at as _fivetran_synced
        from nps_responses where score is not null
    """,
}

TYPEFORM = {
    "responses": """
        select response_id, responded_at as submitted_at, {'stripe_customer_id': customer_id, 'user_id': user_id} as hidden,
            [{'type': 'number', 'number': cast(score as bigint), 'field': {'id': 'h4Xk2', 'type': 'opinion_scale'}}] as answers,
            loaded_at as _airbyte_extracted_at
        from nps_responses where score is not null
    """,
}

# An account for each currency; a day's cost of a campaign stands in two parts, for phones and for computers.
GOOGLE_ADS = {
    "campaign_stats": """
        select spend_date as date, account_of(currency) as customer_id, number_of(campaign) as id, device,
            case device when 'MOBILE' then floor(amount / 3 * 100) * 10000 else round(amount * 1000000) - floor(amount / 3 * 100) * 10000 end
                as cost_micros,
            loaded_at as _fivetran_synced
        from marketing_spend, (values ('MOBILE'), ('DESKTOP')) devices (device)
        where is_spent_at('google_ads', channel)
    """,
    "campaign_history": """
        select distinct number_of(campaign) as id, account_of(currency) as customer_id, campaign as name,
            timestamp '2020-01-01' as updated_at, load_after(timestamp '2020-01-01') as _fivetran_synced
        from marketing_spend where is_spent_at('google_ads', channel)
    """,
    "account_history": """
        select distinct account_of(currency) as id, 'Account ' || currency as descriptive_name, currency as currency_code,
            timestamp '2020-01-01' as updated_at, load_after(timestamp '2020-01-01') as _fivetran_synced
        from marketing_spend where is_spent_at('google_ads', channel)
    """,
}

# By ad: each campaign has two.
FACEBOOK_ADS = {
    "basic_ad": """
        select number_of(campaign || ad) as ad_id, spend_date as date, account_of(currency) as account_id,
            case ad when 1 then floor(amount / 3 * 100) / 100 else round(amount - floor(amount / 3 * 100) / 100, 2) end as spend,
            loaded_at as _fivetran_synced
        from marketing_spend, (values (1), (2)) ads (ad)
        where is_spent_at('facebook_ads', channel)
    """,
    "ad_history": """
        select distinct number_of(campaign || ad) as id, number_of(campaign) as campaign_id, timestamp '2020-01-01' as updated_time,
            load_after(timestamp '2020-01-01') as _fivetran_synced
        from marketing_spend, (values (1), (2)) ads (ad)
        where is_spent_at('facebook_ads', channel)
    """,
    "campaign_history": """
        select distinct number_of(campaign) as id, account_of(currency) as account_id, campaign as name,
            timestamp '2020-01-01' as updated_time, load_after(timestamp '2020-01-01') as _fivetran_synced
        from marketing_spend where is_spent_at('facebook_ads', channel)
    """,
    "account_history": """
        select distinct account_of(currency) as id, 'Account ' || currency as name, currency,
            load_after(timestamp '2020-01-01') as _fivetran_synced
        from marketing_spend where is_spent_at('facebook_ads', channel)
    """,
}

# Which channel a campaign is of, and what a CRM calls one, the company says (seed channel_map).
CHANNELS = {
    "google_ads": "select distinct 'google_ads', campaign, channel from marketing_spend where is_spent_at('google_ads', channel)",
    "facebook_ads": "select distinct 'facebook_ads', campaign, channel from marketing_spend where is_spent_at('facebook_ads', channel)",
    "hubspot": "select distinct 'hubspot', lower(hubspot_source(channel)), channel from leads",
    "salesforce": "select distinct 'salesforce', lower(salesforce_source(channel)), channel from leads",
}

# What a company keeps itself: days and amounts. A subscription has a row for each time with one MRR, after the discounts that recur, which
# last to the end of the bill that they meet last.
PLAIN = {
    "subscriptions": """
        with discounts as (
            select *, case when discount_kind = 'recurring'
                then discount_ends_at + case when billing_interval = 'year' then interval 6 month else interval 0 month end end as discount_ends_on
            from subscription_changes
        ),
        instants as (
            select subscription_id, item_id, changed_at as instant from subscription_changes
            union
            select subscription_id, item_id, discount_ends_on from discounts where discount_ends_on > changed_at
        ),
        terms as (
            select i.subscription_id, i.item_id, i.instant, l.customer_id, l.plan_id, l.status, l.currency, l.quantity,
                l.quantity * l.unit_amount / (l.interval_count * case l.billing_interval when 'year' then 12 else 1 end)
                * (1 - case when l.discount_kind = 'recurring' and i.instant < coalesce(l.discount_ends_on, timestamp '9999-12-31')
                    then l.discount_rate else 0 end) as amount
            from instants i
            asof join discounts l
                on i.subscription_id = l.subscription_id and i.item_id = l.item_id and i.instant >= l.changed_at
        ),
        days as (
            select *, cast(instant as date) as started_on,
                lead(cast(instant as date)) over (partition by subscription_id, item_id order by instant) as ended_on
            from terms
            qualify row_number() over (partition by subscription_id, item_id, cast(instant as date) order by instant desc) = 1
        )
        select subscription_id as contract, customer_id as customer, plan_id as plan, started_on as start, ended_on as end,
            round(amount, 6) as mrr, days.currency, load_after(end_at()) as loaded_at
        from days join plans using (plan_id)
        where status in ('active', 'past_due') and product_type <> 'service'
    """,
    "bills": """
        select invoice_id as invoice, customer_id as customer, cast(issued_at as date) as date, plan_id as plan, quantity as seats, amount,
            invoice_lines.currency, status, cast(paid_at as date) as paid_on, load_after(end_at()) as loaded_at
        from invoice_lines
    """,
    "events": """
        select event_id as id, customer_id as account, user_id as user, feature as event, occurred_at as time, loaded_at from usage_events
    """,
    "tickets": """
        select ticket_id, customer_id as customer, opened_at as opened, resolved_at as closed, priority, loaded_at from support_tickets
    """,
    "customers": """
        select customer_id as id, customer_name as name, email, country, industry, employee_count as employees,
            acquisition_channel as channel, created_at as created, loaded_at
        from customers where merged_into_customer_id is null
    """,
    "surveys": """
        select response_id as id, customer_id as customer, user_id as user, score, responded_at, sent_at, comment, loaded_at
        from nps_responses
    """,
    "marketing_spend": """
        select strftime(spend_date, '%Y-%m') as month, channel, campaign, sum(amount) as amount, currency, max(loaded_at) as loaded_at
        from marketing_spend group by all
    """,
}
