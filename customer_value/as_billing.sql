-- The demonstration company as a billing system has it: objects in schema `billing`, of which as_landed.py writes what each loader keeps
-- of them. Ids are Stripe's in kind; the rest is what every such system has.
-- Read are the tables of company.sql: subscription_changes, plans, customers, invoice_lines; and the macros end_at() and night().

create schema billing;

create macro load_after(instant) as night(instant);

create macro minor(amount) as cast(round(amount * 100) as bigint);

create macro price_of(plan_id, currency, unit_amount) as
    'price_' || plan_id || '_' || lower(currency) || '_' || cast(round(unit_amount * 100) as bigint);

create macro seconds(instant) as cast(epoch(instant) as bigint);

-- In Paddle all items of a subscription are billed at one interval: an add-on by the month beside a plan by the year is a subscription.
create table billing.apart as
select distinct subscription_id, true as is_apart from subscription_changes
where item_id = 'core' and (billing_interval = 'year' or interval_count > 1) and (select bool_or(name = 'paddle_api') from landings);

-- A span of service of each item. Services are single charges in Stripe, and no items.
create table billing.spans as
with log as (
    select
        l.subscription_id, l.item_id, l.changed_at, l.status in ('canceled', 'expired') as is_ended,
        lag(is_ended, 1, true) over (partition by subscription_id, item_id order by changed_at) as was_ended
    from subscription_changes l left join plans p using (plan_id)
    where coalesce(p.product_type, 'core') <> 'service'
),
numbered as (
    select *, count(*) filter (not is_ended and was_ended) over (partition by subscription_id, item_id order by changed_at) as span from log
),
spans as (
    select subscription_id, item_id, span, min(changed_at) as started_at, min(changed_at) filter (is_ended) as ended_at
    from numbered where span > 0 group by all
),
-- A subscription that has ended never comes back: what begins after it is another one.
separated as (
    select
        *,
        coalesce(started_at > max(coalesce(ended_at, timestamp '9999-12-31')) over (
            partition by subscription_id order by started_at, item_id rows between unbounded preceding and 1 preceding
        ), false) as is_another
    from spans
),
counted as (
    select *, count(*) filter (is_another) over (partition by subscription_id order by started_at, item_id) as number from separated
)
select
    subscription_id, item_id, started_at, ended_at,
    subscription_id || case when number > 0 then '_' || (number + 1) else '' end
    || case when item_id <> 'core' and is_apart then '_' || item_id else '' end as sub,
    'si_' || sub || '_' || item_id
    || case when row_number() over (partition by sub, item_id order by started_at) > 1 then '_' || span else '' end as si
from counted left join billing.apart using (subscription_id);

-- The rows of the log while each item is served.
create table billing.states as
select
    s.sub, s.si, s.item_id, l.changed_at, l.customer_id, l.plan_id, l.status, l.quantity, l.unit_amount, l.currency, l.billing_interval,
    l.interval_count, l.discount_rate, l.discount_kind, l.discount_ends_at,
    price_of(l.plan_id, l.currency, l.unit_amount) as price_id
from billing.spans s
join subscription_changes l
    on l.subscription_id = s.subscription_id and l.item_id = s.item_id and l.changed_at >= s.started_at
    and l.changed_at < coalesce(s.ended_at, timestamp '9999-12-31');

create table billing.subs as
with ends as (
    select
        sub, any_value(subscription_id) as subscription_id, min(started_at) as started_at,
        case when count(ended_at) = count(*) then max(ended_at) end as ended_at,
        -- The first item to come leads: what is paused or past due is the whole subscription in Stripe.
        arg_min(si, (item_id <> 'core', started_at)) as leading_si
    from billing.spans group by sub
),
trials as (
    select sub, si, min(changed_at) as trial_from, min(changed_at) filter (status <> 'trialing') as paid_from
    from billing.states where si in (select leading_si from ends) group by all
    having arg_min(status, changed_at) = 'trialing'
)
select
    e.*, (select any_value(customer_id) from billing.states s where s.sub = e.sub) as customer_id,
    (select any_value(lower(currency)) from billing.states s where s.sub = e.sub) as currency,
    t.trial_from, coalesce(t.paid_from, case when t.sub is not null then p.ended_at end) as trial_to, p.ended_at as leading_ended_at,
    l.cancel_requested_at as requested_at, l.cancel_reason,
    coalesce(e.ended_at <= end_at(), false) as is_over
from ends e
join billing.spans p on p.si = e.leading_si
left join trials t on t.sub = e.sub
left join subscription_changes l on l.subscription_id = e.subscription_id and l.item_id = p.item_id and l.changed_at = p.ended_at;

-- Each instant at which anything of a subscription changed, with the status of its first item.
create table billing.points as
with instants as (
    select sub, changed_at as version_at from billing.states
    union select sub, ended_at from billing.spans where ended_at is not null
    union select sub, requested_at from billing.subs where requested_at is not null
)
select i.sub, i.version_at, s.status, s.status is distinct from lag(s.status) over (partition by i.sub order by i.version_at) as is_another
from instants i join billing.subs b using (sub)
left join billing.states s on s.si = b.leading_si and s.changed_at <= i.version_at
where i.version_at <= end_at() and i.version_at >= b.started_at and i.version_at <= coalesce(b.ended_at, i.version_at)
qualify row_number() over (partition by i.sub, i.version_at order by s.changed_at desc) = 1;

-- The items of a subscription at each of them.
create table billing.version_items as
select p.sub, p.version_at, s.si, s.item_id, s.plan_id, s.price_id, s.quantity, s.unit_amount, s.billing_interval, s.interval_count
from billing.points p
join billing.spans n on n.sub = p.sub and n.started_at <= p.version_at and p.version_at < coalesce(n.ended_at, timestamp '9999-12-31')
asof join billing.states s on s.si = n.si and s.changed_at <= p.version_at;

-- What is known of a subscription from each instant on.
create table billing.versions as
with quantities as (
    select sub, version_at, count(*) as item_count, max(quantity) as quantity from billing.version_items group by all
)
select
    p.sub, p.version_at, lead(p.version_at) over (partition by p.sub order by p.version_at) as next_at,
    case
        when p.version_at >= b.ended_at then 'canceled'
        when p.version_at >= b.leading_ended_at or p.status = 'paused' then 'active'
        else p.status
    end as status,
    case when p.status = 'paused' and p.version_at < b.leading_ended_at is not false then 'void' end as pause_behavior,
    case when q.item_count = 1 then q.quantity end as quantity,
    case when p.version_at >= b.requested_at then b.requested_at when p.version_at >= b.ended_at then b.ended_at end as canceled_at,
    case when p.version_at >= b.requested_at then b.ended_at end as cancel_at,
    p.version_at >= b.requested_at is true as is_canceled_at_period_end,
    case when p.version_at >= b.ended_at then b.ended_at end as ended_at
from billing.points p
join billing.subs b using (sub)
left join quantities q on q.sub = p.sub and q.version_at = p.version_at;

-- The items that a subscription has now, or had when it ended; what is billed by use has one without a quantity.
create table billing.items as
select
    n.si, n.sub, n.started_at as created_at, s.price_id, cast(s.quantity as bigint) as quantity,
    night(least(coalesce(n.ended_at, s.changed_at), end_at())) as loaded_at
from billing.spans n
join billing.subs b using (sub)
join (from billing.states qualify row_number() over (partition by si order by changed_at desc) = 1) s on s.si = n.si
where coalesce(n.ended_at, timestamp '9999-12-31') >= coalesce(b.ended_at, timestamp '9999-12-31');

-- Discounts are those of an item: the log has them on the core item alone.
create table billing.discounts as
select
    'di_' || si as discount_id, si, any_value(sub) as sub, any_value(customer_id) as customer_id, any_value(discount_rate) as rate,
    min(changed_at) as started_at, any_value(discount_ends_at) as ended_at,
    case
        when any_value(discount_kind) = 'once' then 'once' when any_value(discount_ends_at) is null then 'forever' else 'repeating'
    end as duration,
    'PERCENT' || cast(round(100 * rate) as int) || '_' || upper(duration) as coupon_id
from billing.states where discount_rate > 0 group by si;

create table billing.coupons as
select distinct coupon_id, 100 * rate as percent_off, duration, case when duration = 'repeating' then 6 end as duration_months
from billing.discounts;

-- A line of an invoice is one of Stripe's; each item's lines of a day are an invoice.
create table billing.lines as
with billed as (
    select i.*, n.sub, n.si
    from invoice_lines i
    left join billing.spans n
        on n.subscription_id = i.subscription_id and n.item_id = i.item_id and i.issued_at >= n.started_at
        and i.issued_at < coalesce(n.ended_at, timestamp '9999-12-31')
),
changes as (
    select
        *,
        lag(price_id) over w as earlier_price_id, lag(quantity) over w as earlier_quantity, lag(unit_amount) over w as earlier_unit_amount,
        earlier_price_id <> price_id or earlier_quantity <> quantity as is_change
    from billing.states window w as (partition by si order by changed_at)
),
starts as (
    select si, min(period_start_at) as billed_from from billed where kind = 'recurring' group by si
),
-- From its second on a change is prorated: a credit for what was, a debit for what is.
prorations as (
    select sub, si, changed_at, earlier_price_id as price_id, earlier_quantity as quantity, -earlier_quantity * earlier_unit_amount as full_amount
    from changes where is_change and status <> 'trialing'
    union all
    select c.sub, c.si, c.changed_at, c.price_id, c.quantity, c.quantity * c.unit_amount
    from changes c join billing.subs b using (sub) left join starts t on t.si = c.si
    where c.status <> 'trialing' and (
        c.is_change or (c.earlier_price_id is null and coalesce(t.billed_from <> c.changed_at, true))
    )
    union all
    select n.sub, n.si, n.ended_at, s.price_id, s.quantity, -s.quantity * s.unit_amount
    from billing.spans n join billing.subs b using (sub)
    join (from billing.states qualify row_number() over (partition by si order by changed_at desc) = 1) s on s.si = n.si
    where n.ended_at < coalesce(b.ended_at, timestamp '9999-12-31') and n.ended_at <= end_at()
),
priced as (
    select
        p.sub, p.si, p.changed_at, p.price_id, p.quantity, p.full_amount, s.currency, s.customer_id, s.plan_id,
        p.changed_at + to_months(cast(s.interval_count * case s.billing_interval when 'year' then 12 else 1 end as int)) as latest_end,
        min(case when b.period_start_at > p.changed_at then b.period_start_at else b.period_end_at end) as next_bill_at
    from prorations p
    join (select distinct si, price_id, plan_id, currency, customer_id, interval_count, billing_interval from billing.states) s
        on s.si = p.si and s.price_id = p.price_id
    left join billed b on b.si = p.si and b.kind = 'recurring' and b.period_end_at > p.changed_at
    group by all
),
prorated as (
    select *, least(next_bill_at, latest_end) as period_end_at, epoch(period_end_at - changed_at) / epoch(latest_end - changed_at) as share
    from priced
)
select
    'il_' || invoice_line_id as line_id, 'in_' || invoice_id || '_' || item_id as invoice_id, customer_id,
    case when plan_id <> 'coaching' then sub end as sub,
    case when kind = 'usage' then 'si_' || sub || '_use' when kind <> 'credit' and plan_id <> 'coaching' then si end as si,
    item_id, plan_id, kind,
    case
        when kind = 'usage' then 'price_use_' || lower(currency)
        when kind = 'one_off' then price_of(plan_id, currency, amount)
        when kind <> 'credit' then (
            select max_by(price_id, s.changed_at) from billing.states s where s.si = billed.si and s.changed_at <= billed.issued_at
        )
    end as price_id,
    lower(currency) as currency, cast(quantity as bigint) as quantity,
    minor(amount + discount_amount) as amount, minor(discount_amount) as discount_amount, minor(tax_amount) as tax_amount,
    issued_at, period_start_at, period_end_at, status, paid_at, loaded_at
from billed
union all
select
    'il_p_' || si || '_' || epoch_us(changed_at) || case when full_amount < 0 then '_credit' else '_debit' end,
    'in_p_' || sub || '_' || epoch_us(changed_at), customer_id, sub, si, null, plan_id, 'proration', price_id,
    lower(currency),
    cast(quantity as bigint),
    cast(sign(full_amount) * greatest(1, minor(abs(full_amount) * share)) as bigint), 0, 0, changed_at, changed_at, period_end_at, 'paid',
    changed_at, night(changed_at)
from prorated;

insert into billing.items
select si, sub, min(issued_at), any_value(price_id), null, max(loaded_at) from billing.lines where kind = 'usage' group by si, sub;

create table billing.invoices as
select
    invoice_id, any_value(customer_id) as customer_id, any_value(sub) as sub, any_value(currency) as currency, any_value(status) as status,
    any_value(issued_at) as issued_at, any_value(paid_at) as paid_at, sum(amount) as subtotal, sum(tax_amount) as tax,
    sum(amount - discount_amount + tax_amount) as total, max(loaded_at) as loaded_at
from billing.lines group by invoice_id;

create table billing.products as
select distinct 'prod_' || lower(replace(product_name, ' ', '_')) as product_id, product_name as name from plans
union all select 'prod_use', 'Usage';

create table billing.prices as
with sold as (
    select distinct plan_id, currency, unit_amount, billing_interval, interval_count, 'licensed' as usage_type from billing.states
    union select plan_id, currency, unit_amount, billing_interval, interval_count, 'licensed' from plans where product_type <> 'service'
    union select distinct l.plan_id, l.currency, l.amount, null, null, null from invoice_lines l join plans using (plan_id)
    where product_type = 'service' and kind = 'one_off'
)
select
    price_of(sold.plan_id, sold.currency, sold.unit_amount) as price_id,
    'prod_' || lower(replace(product_name, ' ', '_')) as product_id, plan_name as nickname, lower(sold.currency) as currency,
    minor(sold.unit_amount) as unit_amount, sold.billing_interval, cast(sold.interval_count as bigint) as interval_count, usage_type
from sold join plans using (plan_id)
union all
select distinct 'price_use_' || currency, 'prod_use', 'Usage', currency, 100, 'month', 1, 'metered' from billing.lines where kind = 'usage';

-- A price as it stands within other objects.
create table billing.price_objects as
select
    price_id,
    {
        'id': price_id, 'product': product_id, 'nickname': nickname, 'currency': currency, 'unit_amount': unit_amount,
        'unit_amount_decimal': cast(unit_amount as varchar), 'billing_scheme': 'per_unit', 'tax_behavior': 'exclusive',
        'type': case when billing_interval is null then 'one_time' else 'recurring' end,
        'recurring': case when billing_interval is not null
            then {'interval': billing_interval, 'interval_count': interval_count, 'usage_type': usage_type} end
    } as price
from billing.prices;

-- Paddle's prices, and its discounts, which end after a number of bills.
create table billing.paddle_prices as
select
    price_id,
    {
        'id': price_id, 'product_id': product_id, 'name': nickname, 'type': 'standard', 'status': 'active',
        'unit_price': {'amount': cast(unit_amount as varchar), 'currency_code': upper(currency)},
        'billing_cycle': case when billing_interval is not null and usage_type = 'licensed'
            then {'interval': billing_interval, 'frequency': interval_count} end
    } as price
from billing.prices;

create table billing.paddle_discounts as
select d.*, case
    when d.duration = 'once' then 1
    when d.duration = 'repeating' then greatest(1, cast(floor(6 / (s.interval_count * case s.billing_interval when 'year' then 12 else 1 end)) as int))
end as bill_count
from billing.discounts d
join (from billing.states qualify row_number() over (partition by si order by changed_at) = 1) s using (si);
