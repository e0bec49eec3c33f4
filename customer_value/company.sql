-- The company behind the demonstration inputs: who it sold to, on what terms, and what became of it. Read by generate.py,
-- which gives it the table `people` and the macro end_at(); it leaves one table for each input but usage_events.

create macro night(t) as least(date_trunc('day', t) + interval 27 hour, end_at() + interval 3 hour);

-- A stint: from the first paid day to the end of service. Some of those who left come back for a second one.
create table stints as
with first_stints as (
    select
        p.*, 1 as stint, 's' || n as subscription_id, u0 < 0.35 and period = 1 as has_trial,
        has_trial and u1 < 0.25 as trial_lapses,
        signed_up_at + case when has_trial then interval 14 day else interval 0 day end as paid_from,
        paid_from + to_months(cast(renewals * period as int)) as ends_at
    from people p
),
second_stints as (
    select
        * replace (
            2 as stint, 's' || n || 'r' as subscription_id, false as has_trial, false as trial_lapses,
            ends_at + to_days(cast(45 + 200 * u2 as int)) as paid_from,
            ends_at + to_days(cast(45 + 200 * u2 as int)) + to_months(cast(second_renewals * period as int)) as ends_at
        )
    from first_stints
    where u3 < 0.2 and not trial_lapses
)
select
    *,
    greatest(epoch(least(ends_at, end_at()) - paid_from), 0) as life_seconds,
    -- A plan change that billing writes as a new subscription, three hours after the old one ended.
    u4 < 0.12 and tier < 3 and not trial_lapses as has_upgrade, u5 < 0.35 as upgrade_is_new,
    paid_from + to_seconds(cast(life_seconds * (0.2 + 0.6 * u6) as bigint)) as upgraded_at,
    u7 < 0.05 and period = 1 and not trial_lapses as has_pause,
    paid_from + to_seconds(cast(life_seconds * (0.1 + 0.4 * u8) as bigint)) as paused_at,
    -- Who is likely to leave is late in paying, too: some catch up, some leave that way.
    u9 < 0.1 + 0.5 * sqrt(hazard) as fails_payment, u23 < 0.6 * sqrt(hazard) and not trial_lapses and not has_pause as pays_late,
    paid_from + to_seconds(cast(life_seconds * (0.1 + 0.8 * u22) as bigint)) as late_at,
    ends_at - to_days(cast(2 + 20 * u10 as int)) as cancel_requested_at,
    case when country in ('US', 'CA') then 'USD' when country = 'GB' then 'GBP' else 'EUR' end as currency
from (from first_stints union all from second_stints)
where paid_from < end_at();

create table tiers as
from (values (1, 'starter', 29.0), (2, 'team', 59.0), (3, 'business', 99.0)) t (tier, tier_name, price);
create table periods as
from (values (1, 'month', 1, 1.0), (3, 'quarter', 3, 0.95), (12, 'year', 1, 0.85)) t (period, term, interval_count, f);
create table prices as from (values ('USD', 1.0), ('EUR', 0.95), ('GBP', 0.85)) t (currency, factor);

create table plans as
select *, night(timestamp '2020-01-01') as loaded_at
from (
    select
        tier_name || '_' || term as plan_id, upper(tier_name[1]) || tier_name[2:] || ' ' || term as plan_name,
        'Suite' as product_name, 'core' as product_type, tier as tier_rank,
        case when term = 'year' then 'year' else 'month' end as billing_interval, interval_count,
        round(price * period * f, 2) as unit_amount, 'USD' as currency, 1 as included_seats, tier * 25 as usage_limit
    from tiers cross join periods
    union all
    from (values
        ('analytics', 'Analytics', 'Analytics', 'add_on', 1, 'month', 1, 49, 'USD', null, null),
        ('api_pack', 'API pack', 'API', 'add_on', 1, 'month', 1, 99, 'USD', null, 100),
        ('coaching', 'Coaching', 'Coaching', 'service', 1, 'month', 1, 400, 'USD', null, null)
    )
);

-- What each entry of the log changes; what it does not change is carried on from the entry before it.
create table log as
with entries as (
    select n, stint, 'core' as item, signed_up_at as changed_at, 'trialing' as status, seats as quantity, tier as tier
    from stints where has_trial
    union all
    select n, stint, 'core', paid_from, case when trial_lapses then 'expired' else 'active' end, seats, tier
    from stints
    union all
    select n, stint, 'core', upgraded_at + case when upgrade_is_new then interval 3 hour else interval 0 hour end, null, null, tier + 1
    from stints where has_upgrade and upgraded_at < least(ends_at, end_at())
    union all
    select n, stint, 'core', paused_at, 'paused', null, null from stints where has_pause and paused_at < least(ends_at, end_at())
    union all
    select n, stint, 'core', paused_at + to_days(cast(20 + 100 * u11 as int)), 'active', null, null
    from stints where has_pause and paused_at + to_days(cast(20 + 100 * u11 as int)) < least(ends_at, end_at())
    union all
    select n, stint, 'core', paid_from + to_seconds(cast(life_seconds * ((i + u12) / (change_count + 1)) as bigint)), null,
        greatest(1, round(seats * (0.75 + 0.2 * i + 0.5 * u13))), null
    from stints, range(0, 12) r (i) where i < change_count and life_seconds > 86400 * 40
    union all
    select n, stint, 'core', ends_at - interval 12 day, 'past_due', null, null
    from stints where fails_payment and ends_at - interval 12 day > paid_from and ends_at - interval 12 day < end_at()
    union all
    select n, stint, 'core', late_at, 'past_due', null, null from stints where pays_late and late_at < least(ends_at, end_at())
    union all
    select n, stint, 'core', late_at + interval 9 day, 'active', null, null
    from stints where pays_late and late_at + interval 9 day < least(ends_at - interval 12 day, end_at())
    union all
    -- A renewal of a term writes the log again; nothing moves.
    select n, stint, 'core', paid_from + to_months(cast(i * period as int)), null, null, null
    from stints, range(1, 12) r (i) where period > 1 and paid_from + to_months(cast(i * period as int)) < least(ends_at, end_at())
    union all
    select n, stint, 'core', ends_at, 'canceled', null, null
    from stints where case when fails_payment then ends_at else greatest(cancel_requested_at, paid_from) end < end_at()
    union all
    select n, stint, case when u15 < 0.6 then 'analytics' else 'api_pack' end,
        paid_from + to_seconds(cast(life_seconds * 0.7 * u16 as bigint)), 'active', 1, null
    from stints where u14 < 0.25 and not trial_lapses
    union all
    select n, stint, 'coaching', paid_from + to_seconds(cast(life_seconds * 0.3 * u17 as bigint)), 'active', 1, null
    from stints where u18 < 0.05 and not trial_lapses
    union all
    select n, stint, case when u15 < 0.6 then 'analytics' else 'api_pack' end, ends_at, 'canceled', null, null
    from stints where u14 < 0.25 and not trial_lapses and ends_at < end_at()
    union all
    select n, stint, 'coaching', ends_at, 'canceled', null, null from stints where u18 < 0.05 and not trial_lapses and ends_at < end_at()
),
filled as (
    select
        n, stint, item, changed_at,
        last_value(status ignore nulls) over w as status, last_value(quantity ignore nulls) over w as quantity,
        last_value(tier ignore nulls) over w as tier
    from (
        select n, stint, item, changed_at, max(status) as status, max(quantity) as quantity, max(tier) as tier
        from entries group by all
    )
    window w as (partition by n, stint, item order by changed_at)
)
select
    s.subscription_id || case when s.has_upgrade and s.upgrade_is_new and f.changed_at > s.upgraded_at then 'u' else '' end
        as subscription_id,
    f.item as item_id, f.changed_at, 'c' || s.n as customer_id,
    case when f.item = 'core' then t.tier_name || '_' || d.term else f.item end as plan_id,
    f.status, f.quantity,
    -- Who came before prices last rose still pays the old ones.
    round(case when f.item = 'core' then p.unit_amount else a.unit_amount end * r.factor
        * case when s.signed_up_at < end_at() - interval 20 month then 0.9 else 1 end, 2) as unit_amount, s.currency,
    case when f.item = 'core' then p.billing_interval else 'month' end as billing_interval,
    case when f.item = 'core' then p.interval_count else 1 end as interval_count,
    case when f.item = 'core' and s.u19 < 0.15 then 0.2 when f.item = 'core' and s.u19 < 0.2 then 0.3 end as discount_rate,
    cast(null as double) as discount_amount,
    case when f.item = 'core' and s.u19 < 0.15 then 'recurring' when f.item = 'core' and s.u19 < 0.2 then 'once' end
        as discount_kind,
    case when f.item = 'core' and s.u19 < 0.1 then s.paid_from + interval 6 month end as discount_ends_at,
    case when s.period > 1 and f.item = 'core' then s.period end as term_months,
    case when s.period > 1 and f.item = 'core'
        then s.paid_from + to_months(cast(floor(datesub('month', s.paid_from, f.changed_at) / s.period) * s.period as int))
    end as term_started_at,
    s.period > 1 and s.u20 < 0.8 as auto_renew, case when s.period = 12 and f.item = 'core' then 30 end as notice_days,
    case when f.status = 'canceled' and not s.fails_payment then greatest(s.cancel_requested_at, s.paid_from) end
        as cancel_requested_at,
    case when f.status = 'canceled' then case when s.fails_payment then 'payment_failure'
        else ['price', 'missing_feature', 'too_complex', 'closed_down'][1 + cast(floor(3.99 * s.u21) as int)] end
    end as cancel_reason,
    case when s.has_upgrade and s.upgrade_is_new and f.changed_at > s.upgraded_at then s.subscription_id end
        as migrated_from_subscription_id,
    s.has_upgrade and s.upgrade_is_new and f.item = 'core' as is_split, s.upgraded_at, s.n
from filled f
join stints s using (n, stint)
left join tiers t on t.tier = f.tier
left join periods d on d.period = s.period
left join plans p on p.plan_id = t.tier_name || '_' || d.term
left join plans a on a.plan_id = f.item
join prices r on r.currency = s.currency;

create table subscription_changes as
select * exclude (is_split, upgraded_at, n),
    -- Billing says that a customer has cancelled when it asks for it, not when the service ends.
    night(least(changed_at, coalesce(cancel_requested_at, changed_at), end_at() - interval 9 hour)) as loaded_at
from log
union all
-- The old half of an upgrade written as a new subscription ends when the upgrade is bought.
select * exclude (is_split, upgraded_at, n) replace (
    upgraded_at as changed_at, 'canceled' as status, null as cancel_requested_at, 'upgrade' as cancel_reason
), night(upgraded_at)
from (
    select * from log where is_split and changed_at < upgraded_at
    qualify row_number() over (partition by subscription_id, item_id order by changed_at desc) = 1
)
where upgraded_at < end_at() and status <> 'canceled' and status <> 'expired';

create table customers as
select
    'c' || n as customer_id, 'Company ' || n as customer_name, 'billing@company' || n || '.example' as email, country,
    industry, employee_count, channel as acquisition_channel, signed_up_at as created_at,
    cast(null as timestamp) as deleted_at, cast(null as varchar) as merged_into_customer_id, night(signed_up_at) as loaded_at
from people
union all
-- Accounts that were opened twice and merged.
select 'c' || n || 'm', 'Company ' || n || ' again', null, country, industry, employee_count, channel, signed_up_at, null,
    'c' || n, night(signed_up_at + interval 9 day)
from people where n % 97 = 3;

create table users as
select
    'u' || n || '_' || i as user_id, 'c' || n as customer_id,
    least(signed_up_at + to_seconds(cast(seconds_a_user * i as bigint)), end_at() - interval 1 hour) as created_at,
    cast(null as timestamp) as deactivated_at, night(created_at) as loaded_at
from people, range(0, 40) r (i)
where i < greatest(1, least(40, round(seats * (1 - 0.6 * sqrt(hazard)) * (0.7 + 0.3 * u23))));

-- Bills: each item at each start of a billing period, in the terms of that day.
create table invoice_lines as
with bills as (
    select s.n, s.stint, i.item_id, s.paid_from + to_months(cast(k * m.months as int)) as issued_at, m.months, k
    from stints s
    join (select distinct n, subscription_id, item_id from log) i on i.n = s.n and i.subscription_id = s.subscription_id
    cross join lateral (select case when i.item_id = 'core' then s.period else 1 end as months) m
    cross join range(0, 240) r (k)
    where s.paid_from + to_months(cast(k * m.months as int)) < least(s.ends_at, end_at())
),
terms as (
    select b.n, case when b.stint = 2 then 'r' else '' end as mark, b.item_id, b.issued_at, b.months, b.k, l.subscription_id, l.customer_id, l.plan_id, l.currency, l.quantity,
        l.unit_amount, l.discount_kind, l.discount_ends_at, l.status,
        case when l.discount_kind = 'recurring' and b.issued_at < coalesce(l.discount_ends_at, end_at()) then l.discount_rate
            when l.discount_kind = 'once' and b.k = 0 then l.discount_rate else 0 end as rate,
        abs(hash(b.n, b.item_id, b.k) % 1000) / 1000.0 as draw
    from bills b asof join log l on b.n = l.n and b.item_id = l.item_id and b.issued_at >= l.changed_at
),
lines as (
    select *, 'recurring' as kind, round(quantity * unit_amount * (1 - rate), 2) as amount,
        round(quantity * unit_amount * rate, 2) as discount
    from terms where status in ('active', 'past_due', 'canceled') and plan_id <> 'coaching'
    union all
    select *, 'one_off', unit_amount, 0 from terms where plan_id = 'coaching' and status = 'active'
    union all
    select *, 'usage', round(5 + 40 * draw, 2), 0 from terms where draw < 0.04 and status = 'active'
    union all
    select *, 'credit', -round(5 + 20 * draw, 2), 0 from terms where draw between 0.04 and 0.055 and status = 'active'
    union all
    select *, 'proration', round(quantity * unit_amount * 0.1, 2), 0 from terms
    where draw between 0.1 and 0.14 and status = 'active' and plan_id <> 'coaching'
)
select
    'i' || n || mark || '_' || item_id || '_' || k || '_' || kind as invoice_line_id, 'i' || n || mark || '_' || k as invoice_id,
    customer_id,
    subscription_id, item_id, plan_id, kind, issued_at, issued_at as period_start_at,
    issued_at + to_months(cast(months as int)) as period_end_at, quantity, amount, discount as discount_amount,
    case when currency = 'USD' then 0 else round(amount * 0.2, 2) end as tax_amount, currency,
    case when draw > 0.99 then 'void' when draw > 0.98 then 'uncollectible'
        when issued_at + interval 5 day >= end_at() then 'open' else 'paid' end as status,
    case when draw <= 0.98 and issued_at + interval 5 day < end_at() then issued_at + interval 3 day end as paid_at,
    case when draw between 0.2 and 0.21 and amount > 0 and issued_at + interval 5 day < end_at()
        then round(amount * 0.5, 2) end as refunded_amount,
    case when draw between 0.2 and 0.21 and amount > 0 and issued_at + interval 5 day < end_at()
        then issued_at + interval 4 day end as refunded_at,
    night(issued_at + interval 4 day) as loaded_at
from lines;

create table refunds as
select
    'f' || invoice_line_id as refund_id, invoice_line_id, refunded_at, refunded_amount as amount,
    round(tax_amount * 0.5, 2) as tax_amount, currency, night(refunded_at) as loaded_at
from invoice_lines where refunded_amount > 0;

-- The months in which a customer could use the product, with how much it does.
create table active_months as
select
    s.n, s.hazard, s.seats, s.ends_at, m.month_at,
    greatest(m.month_at, least(s.paid_from, s.signed_up_at + interval 365 day * (s.stint - 1))) as from_at,
    least(m.month_at + interval 1 month, s.ends_at, end_at()) as to_at
from stints s
join (select unnest(generate_series(timestamp '2000-01-01', end_at(), interval 1 month)) as month_at) m
    on m.month_at < least(s.ends_at, end_at()) and m.month_at + interval 1 month > s.paid_from
where not s.trial_lapses
order by s.n, s.stint, m.month_at;

-- How much a customer uses the product: less the likelier it is to leave, and a third in the ten weeks before it does.
create table usage_stretches as
select
    m.n, case when f.fades then greatest(m.from_at, m.ends_at - interval 70 day) else m.from_at end as from_at,
    case when f.fades then m.to_at else least(m.to_at, m.ends_at - interval 70 day) end as to_at,
    (1.6 - 2.2 * sqrt(m.hazard)) * sqrt(m.seats) * case when f.fades then 0.35 else 1 end as intensity
from active_months m, (values (false), (true)) f (fades)
where case when f.fades then m.to_at > m.ends_at - interval 70 day else m.from_at < m.ends_at - interval 70 day end
order by m.n, from_at;

create table nps_responses as
with asked as (
    select *, abs(hash(n, month_at, 1) % 1000) / 1000.0 as d1, abs(hash(n, month_at, 2) % 1000) / 1000.0 as d2
    from active_months where (month(month_at) + n) % 3 = 0 and to_at > from_at + interval 8 day
)
select
    'r' || n || '_' || strftime(month_at, '%Y%m') as response_id, 'c' || n as customer_id, 'u' || n || '_0' as user_id,
    from_at + interval 2 day as sent_at, case when d1 < 0.45 then from_at + interval 4 day end as responded_at,
    case when d1 < 0.45 then greatest(0, least(10, round(10.3 - 11 * sqrt(hazard) + 5 * (d2 - 0.5)))) end as score,
    case when d1 < 0.05 then 'It''s fine; "good" even' end as comment, night(from_at + interval 4 day) as loaded_at
from asked;

create table support_tickets as
with months as (
    select *, abs(hash(n, month_at, i) % 1000) / 1000.0 as d, i from active_months, range(3, 6) r (i)
)
select
    't' || n || '_' || strftime(month_at, '%Y%m') || '_' || i as ticket_id, 'c' || n as customer_id,
    from_at + to_seconds(cast(epoch(to_at - from_at) * d * 0.9 as bigint)) as opened_at,
    case when d > 0.01 then least(opened_at + to_hours(cast(4 + 200 * d as int)), end_at()) end as resolved_at,
    case when d < 0.03 + 0.1 * sqrt(hazard) then 'urgent' when d < 0.1 then 'high' when d < 0.2 then 'normal' else 'low' end
        as priority,
    night(coalesce(resolved_at, opened_at)) as loaded_at
from months where d < 0.06 + 0.4 * sqrt(hazard) and to_at > from_at + interval 1 day;

-- Customers are called and made offers by chance, and it changes nothing: what is measured of it must be nothing.
create table actions as
select
    'c' || n as customer_id, case when draw < 0.02 then 'call' else 'offer' end as play,
    cast(from_at + interval 8 day as date) as done_on, 'csm_' || n % 5 as done_by, night(from_at + interval 8 day) as loaded_at
from (select *, abs(hash(n, month_at, 11) % 1000) / 1000.0 as draw from active_months)
where draw < 0.04 and to_at > from_at + interval 9 day and month_at >= end_at() - interval 20 month;

-- A model of the company's own: it knows how likely each customer is to leave, though not well, nor that its use has faded.
create table model_scores as
select
    'renewal_odds_1' as model_name, 'c' || m.n as customer_id, cast(last_day(m.month_at) as date) as scored_on,
    round(
        (1 - power(1 - m.hazard, 3.0 / p.period)) * (0.4 + 0.6 * (abs(hash(m.n, m.month_at, 9) % 1000) / 1000.0)), 5
    ) as churn_probability,
    night(m.month_at + interval 1 month) as loaded_at
from active_months m
join people p on m.n = p.n
where m.to_at = m.month_at + interval 1 month and m.month_at >= end_at() - interval 20 month;

-- Who looks after a customer, and where it is. One in four changes hands, one in fifty of these to nobody; one in ten has no owner.
create table customer_attributes as
with owned as (
    select
        *, abs(hash(n, 21) % 5) as owner, abs(hash(n, 22) % 1000) as change_draw, 1 + abs(hash(n, 23) % 4) as step,
        signed_up_at + to_seconds(cast(epoch(end_at() - signed_up_at) * (abs(hash(n, 24) % 1000) / 1000.0) as bigint)) as changed_at,
        case when country in ('US', 'CA') then 'North America' when country in ('GB', 'IE') then 'UK and Ireland' else 'Continent' end
            as region
    from people
)
select
    'c' || n as customer_id, 'region' as attribute, region as value, cast(null as date) as valid_from,
    night(signed_up_at) as loaded_at
from owned
union all
select 'c' || n, 'Account owner', 'owner_' || chr(cast(97 + owner as int)), null, night(signed_up_at) from owned where n % 10 <> 9
union all
select
    'c' || n, 'account_owner', case when change_draw >= 5 then 'owner_' || chr(cast(97 + (owner + step) % 5 as int)) end,
    cast(changed_at as date), night(changed_at)
from owned where n % 10 <> 9 and change_draw < 250
union all
-- An account that was merged has an owner of its own.
select 'c' || n || 'm', 'account_owner', 'owner_e', null, night(signed_up_at + interval 9 day) from owned where n % 97 = 3;

-- What was planned for each month: what a good guess would have been, a tenth up or down by the quarter, growing beyond the last.
create table targets as
with planned as (
    select
        m.month_at, case when p.country in ('US', 'CA') then 'North America' when p.country in ('GB', 'IE') then 'UK and Ireland'
            else 'Continent' end as region,
        sum(0.95 * p.seats * t.price) as mrr
    from active_months m
    join people p on m.n = p.n
    join tiers t on p.tier = t.tier
    where m.to_at = least(m.month_at + interval 1 month, end_at())
    group by all
),
ahead as (
    select *, 0 as k from planned
    union all
    select month_at + to_months(k), region, mrr * power(1.02, k), k
    from planned, (select unnest(range(1, 15)) as k)
    where month_at = date_trunc('month', end_at())
),
by_region as (
    select month_at, region, round(mrr * (0.9 + 0.2 * (abs(hash(date_trunc('quarter', month_at), region) % 1000) / 1000.0)), -2) as target
    from ahead
)
select
    cast(month_at as date) as month, metric, dimension, value, target, night(date_trunc('year', month_at)) as loaded_at
from (
    select month_at, 'mrr' as metric, null as dimension, null as value, sum(target) as target from by_region group by month_at
    union all select month_at, 'closing_mrr_amount', 'region', region, target from by_region
    union all select distinct month_at, 'nrr', null, null, 1.02 from by_region
    union all select distinct month_at, 'logo_churn_rate', null, null, 0.03 from by_region
);

create table annotations as
select cast(end_at() - to_days(days) as date) as happened_on, title, text, night(end_at() - to_days(days)) as loaded_at
from (values
    (410, 'New price list', 'For new customers at once, for others from their next renewal.'),
    (265, 'Outage', 'Reports were not available for nine hours.'),
    (150, 'Spring campaign', null),
    (40, 'Onboarding guide', 'Each new customer is led through its first report.')
) t (days, title, text);

create table leads as
select
    'l' || n as lead_id, signed_up_at - to_days(cast(3 + 40 * u10 as int)) as created_at, channel,
    ['guide', 'webinar', 'template'][1 + cast(floor(2.99 * u12) as int)] as lead_magnet,
    created_at + interval 1 day as opted_in_at, case when u13 < 0.3 then created_at + interval 2 day end as trip_wire_at,
    case when u13 < 0.3 then 9 end as trip_wire_amount, 'c' || n as customer_id, cast(null as timestamp) as exit_offer_at,
    night(signed_up_at) as loaded_at
from people
union all
select
    'x' || n || '_' || i, signed_up_at + to_hours(cast(i * 7 as int)) - interval 30 day, channel, 'guide',
    case when u14 < 0.5 then signed_up_at - interval 5 day end, null, null, null, case when u15 < 0.2 then signed_up_at end,
    night(signed_up_at)
from people, range(0, 2) r (i);

create table marketing_spend as
select
    cast(day as date) as spend_date, channel, channel || '_' || campaign as campaign,
    round(share * scale * (0.7 + 0.6 * (abs(hash(day, channel, campaign) % 1000) / 1000.0)), 2) as amount,
    case when campaign = 'emea' then 'EUR' else 'USD' end as currency, night(day) as loaded_at
from (select unnest(generate_series((select min(signed_up_at) from people)::date, end_at() - interval 1 day, interval 1 day)) as day),
    (from (values ('paid_search', 25.0), ('partner', 5.0), ('events', 16.0), ('referral', 3.0)) t (channel, share)),
    (from (values ('brand'), ('emea')) t (campaign)),
    (select count(*) / 12.0 as scale from people);

create table exchange_rates as
select
    cast(day as date) as rate_date, currency,
    round(base * (1 + 0.05 * sin(epoch(day) / 86400 / 97.0 + length(currency) * base)), 5) as rate, night(day) as loaded_at
from (select unnest(generate_series(date_trunc('month', (select min(signed_up_at) from people)), end_at() - interval 1 day,
        interval 1 day)) as day),
    (from (values ('EUR', 1.1), ('GBP', 1.28)) t (currency, base));
