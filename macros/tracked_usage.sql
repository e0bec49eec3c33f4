{#- What connectors of usage trackers share: from events, one by one, to what a customer's user used on a day. -#}

{#- The name of an event as it compares: small letters, no blanks, dashes or underscores, so that Report Created is report_created. -#}
{% macro folded_event(name) %}replace(replace(replace(lower({{ name }}), ' ', ''), '_', ''), '-', ''){% endmacro %}

{#- Whether an event says that somebody was there, and not what was used: what trackers send by themselves. The name is folded. -#}
{% macro is_presence(folded_name) -%}
    (
        left({{ folded_name }}, 1) = '$'
        or left({{ folded_name }}, 11) = '[amplitude]'
        or {{ folded_name }} in (
            'page', 'pageview', 'pageviewed', 'viewedpage', 'loadedapage', 'pageleave', 'screenview', 'screenviewed', 'viewedscreen',
            'autocapture', 'identify', 'sessionstart', 'sessionstarted', 'sessionend', 'sessionended', 'firstvisit', 'firstopen',
            'userengagement', 'scroll', 'applicationinstalled', 'applicationopened', 'applicationupdated', 'applicationbackgrounded'
        )
    )
{%- endmacro %}

{#- The domain of an e-mail address, in small letters. -#}
{% macro email_domain(email) %}lower({{ dbt.split_part(email, "'@'", 2) }}){% endmacro %}

{#- Whether an e-mail address is that of the company's own staff: of a domain of the var internal_email_domains. -#}
{% macro is_own_staff(email) -%}
    {%- set domains = [] -%}
    {%- for domain in var('internal_email_domains', []) -%}
        {%- do domains.append(dbt.string_literal(dbt.escape_single_quotes((domain | string | lower).lstrip('@')))) -%}
    {%- endfor -%}
    {{ 'coalesce(' ~ email_domain(email) ~ ' in (' ~ domains | join(', ') ~ '), false)' if domains else 'false' }}
{%- endmacro %}

{#- The customer that the aliases of an e-mail address or its domain say. -#}
{% macro customer_of_address(connector, email) %}{{ known_customer(connector, ['lower(' ~ email ~ ')', email_domain(email)]) }}{% endmacro %}

{#- When an event arrived: the tracker's time of it, else the loader's. -#}
{% macro arrived_at(rows, paths) %}coalesce({{ landed(rows, paths, 'instant') }}, {{ landed_at(rows) }}){% endmacro %}

{#- The id of an event, made of its row where it has none. -#}
{% macro event_id_of(rows, paths, parts) -%}
    {%- set values = [] -%}
    {%- for part in parts -%}
        {%- do values.append("coalesce(" ~ landed(rows, part) ~ ", '')") -%}
    {%- endfor -%}
    coalesce({{ landed(rows, paths) }}, {{ values | join(" || '|' || ") }})
{%- endmacro %}

{#- The CTE and the selection that make of a CTE `calls` (anonymous_id, user_id, linked_at) who an anonymous id was from when until when.
    Pages identify their user again and again: a link begins where it is another user than before. -#}
{% macro link_periods() -%}
ordered_calls as (
    select
        anonymous_id,
        user_id,
        linked_at,
        lag(user_id) over (partition by anonymous_id order by linked_at asc, user_id asc) as previous_user_id
    from calls
    where anonymous_id is not null and user_id is not null and linked_at is not null and anonymous_id <> user_id
)

select
    anonymous_id,
    user_id,
    linked_at,
    lead(linked_at) over (partition by anonymous_id order by linked_at asc, user_id asc) as unlinked_at
from ordered_calls
where previous_user_id is null or previous_user_id <> user_id
{%- endmacro %}

{#- The account that an event's groups name, of several the first: under the type that a company has named, else under the usual names
    of one. Groups stand below parents, paths that end where a group's name begins; `others` are whole paths. -#}
{% macro group_of(rows, named, parents, suffix='', others=[]) -%}
    {%- set paths = [] -%}
    {%- for group in ([named] if named else ['company', 'organization', 'account', 'customer', 'workspace']) -%}
        {%- for parent in parents -%}
            {%- do paths.append(parent ~ group ~ ('' if named else suffix)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set value = landed(rows, paths + ([] if named else others)) -%}
    case when left({{ value }}, 1) = '[' then {{ dbt.split_part(value, "'\"'", 2) }} else {{ value }} end
{%- endmacro %}

{#- The CTEs and the selection that make of a CTE `events` (a row per event: event_id, event_name, anonymous_id, user_id, account_id,
    customer_key, email, occurred_at, loaded_at) and the seed event_feature_map, as a CTE, what was used: a row per customer,
    user, feature and day, and one more of the same event_id for each day on which more of it arrived, with the sum until then.
    Other CTEs may say who the ids are: `links` (anonymous_id, user_id, linked_at, unlinked_at), `memberships` (user_id, account_id,
    joined_at, left_at; null: open) and `profiles` (profile_type user or account, profile_id, customer_key, address_customer_id, is_own_staff). -#}
{% macro used_days(connector, has_links=false, has_memberships=false, has_profiles=false) -%}
{%- set nothing = 'cast(null as ' ~ dbt.type_string() ~ ')' -%}
named_features as (
    select
        {{ folded_event('event_name') }} as folded_name,
        nullif(trim(feature), '') as feature,
        row_number() over (
            partition by {{ folded_event('event_name') }} order by case when source = 'all' then 1 else 0 end, event_name asc
        ) as choice
    from event_feature_map
    where source in ('{{ connector }}', 'all')
),

used_events as (
    select
        events.event_id,
        events.anonymous_id,
        events.user_id,
        events.account_id,
        events.customer_key,
        events.email,
        events.occurred_at,
        events.loaded_at,
        case when named_features.folded_name is null then events.event_name else named_features.feature end as feature
    from events
    left join named_features on {{ folded_event('events.event_name') }} = named_features.folded_name and named_features.choice = 1
    where
        case
            when named_features.folded_name is not null then named_features.feature is not null
            else not coalesce({{ is_presence(folded_event('events.event_name')) }}, false)
        end
),

-- An anonymous id is a user from the instant on at which the tracker says so.
user_events as (
    select
        used_events.event_id,
        {{ 'coalesce(used_events.user_id, links.user_id)' if has_links else 'used_events.user_id' }} as user_id,
        used_events.account_id,
        used_events.customer_key,
        used_events.email,
        used_events.occurred_at,
        used_events.loaded_at,
        used_events.feature
    from used_events
    {%- if has_links %}
    left join links
        on
            used_events.user_id is null
            and used_events.anonymous_id = links.anonymous_id
            and used_events.occurred_at >= links.linked_at
            and (links.unlinked_at is null or used_events.occurred_at < links.unlinked_at)
    {%- endif %}
),

account_events as (
    select
        user_events.event_id,
        user_events.user_id,
        {{ 'coalesce(user_events.account_id, memberships.account_id)' if has_memberships else 'user_events.account_id' }} as account_id,
        user_events.customer_key,
        user_events.email,
        user_events.occurred_at,
        user_events.loaded_at,
        user_events.feature
    from user_events
    {%- if has_memberships %}
    left join memberships
        on
            user_events.account_id is null
            and user_events.user_id = memberships.user_id
            and (memberships.joined_at is null or user_events.occurred_at >= memberships.joined_at)
            and (memberships.left_at is null or user_events.occurred_at < memberships.left_at)
    {%- endif %}
),

-- The same event may have been loaded several times, days apart. What nobody known has done is no use by a customer.
distinct_events as (
    select
        user_id,
        account_id,
        customer_key,
        feature,
        max(email) as email,
        min(occurred_at) as occurred_at,
        min(loaded_at) as loaded_at
    from account_events
    where coalesce(user_id, account_id, customer_key) is not null
    group by event_id, user_id, account_id, customer_key, feature
),

-- An event dated after its arrival stands apart: staging rejects it, and what else was done on that day counts.
account_days as (
    select
        user_id,
        account_id,
        customer_key,
        feature,
        cast({{ local_time('occurred_at') }} as date) as activity_date,
        cast({{ local_time('loaded_at') }} as date) as loaded_date,
        occurred_at <= loaded_at as is_in_order,
        max(email) as email,
        max(occurred_at) as occurred_at,
        max(loaded_at) as loaded_at,
        count(*) as event_count
    from distinct_events
    group by
        user_id,
        account_id,
        customer_key,
        feature,
        cast({{ local_time('occurred_at') }} as date),
        cast({{ local_time('loaded_at') }} as date),
        occurred_at <= loaded_at
),

-- The billing customer that something stored names: the event, the account, an alias of the account, the user, else the account's own id.
stored_customers as (
    select
        account_days.user_id,
        account_days.feature,
        account_days.activity_date,
        account_days.loaded_date,
        account_days.is_in_order,
        account_days.occurred_at,
        account_days.loaded_at,
        account_days.event_count,
        coalesce(
            account_days.customer_key,
            {{ 'accounts.customer_key' if has_profiles else nothing }},
            {{ known_customer(connector, ['account_days.account_id']) }},
            {{ 'users.customer_key' if has_profiles else nothing }},
            account_days.account_id
        ) as customer_key,
        {{ 'users.address_customer_id' if has_profiles else nothing }} as address_customer_id,
        {{ 'coalesce(users.is_own_staff, false)' if has_profiles else 'false' }} as is_own_staff,
        coalesce(account_days.email, case when account_days.user_id like '%@%' then account_days.user_id end) as email
    from account_days
    {%- if has_profiles %}
    left join profiles as accounts on accounts.profile_type = 'account' and account_days.account_id = accounts.profile_id
    left join profiles as users on users.profile_type = 'user' and account_days.user_id = users.profile_id
    {%- endif %}
),

-- The company's own staff is left out.
known_customers as (
    select
        coalesce(
            {{ known_customer(connector, [], stored_id='customer_key') }},
            address_customer_id,
            {{ customer_of_address(connector, 'email') }}
        ) as customer_id,
        user_id,
        feature,
        activity_date,
        loaded_date,
        is_in_order,
        occurred_at,
        loaded_at,
        event_count
    from stored_customers
    where not is_own_staff and not {{ is_own_staff('email') }}
),

customer_days as (
    select
        customer_id,
        user_id,
        feature,
        activity_date,
        loaded_date,
        is_in_order,
        max(occurred_at) as occurred_at,
        max(loaded_at) as loaded_at,
        sum(event_count) as event_count
    from known_customers
    group by customer_id, user_id, feature, activity_date, loaded_date, is_in_order
)

select
    {{ sha256("'" ~ connector ~ "; ' || " ~ row_text(['customer_id', 'user_id', 'feature', 'activity_date', 'is_in_order'])) }} as event_id,
    customer_id,
    user_id,
    feature,
    max(occurred_at) over (
        partition by customer_id, user_id, feature, activity_date, is_in_order
        order by loaded_date asc rows between unbounded preceding and current row
    ) as occurred_at,
    {%- for column in ['quantity', 'event_count'] %}
    cast(sum(event_count) over (
        partition by customer_id, user_id, feature, activity_date, is_in_order
        order by loaded_date asc rows between unbounded preceding and current row
    ) as {{ type_double() }}) as {{ column }},
    {%- endfor %}
    loaded_at
from customer_days
{%- endmacro %}

{#- The CTE `calls` that link_periods reads, of events that themselves say which user an anonymous id is: since the first that names both. -#}
{% macro calls_in_events() -%}
calls as (
    select
        anonymous_id,
        user_id,
        min(occurred_at) as linked_at
    from events
    where anonymous_id is not null and user_id is not null
    group by anonymous_id, user_id
)
{%- endmacro %}
