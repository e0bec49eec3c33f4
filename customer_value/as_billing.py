"""The demonstration company's billing in the tables of vendors, as their loaders write them: table -> a query of the objects of as_billing.sql."""

# Fivetran writes a version when it sees it, some minutes after the change.
STRIPE_FIVETRAN = {
    "customer": """
        select customer_id as id, email, customer_name as name, created_at as created, country as address_country, false as is_deleted,
            true as livemode, '{}' as metadata, loaded_at as _fivetran_synced
        from customers
    """,
    "subscription_history": """
        select sub as id, version_at + interval 4 minute as _fivetran_start,
            coalesce(next_at + interval 4 minute - interval 1 millisecond, timestamp '9999-12-31 23:59:59') as _fivetran_end,
            next_at is null as _fivetran_active, load_after(version_at) as _fivetran_synced, customer_id, status, started_at as created,
            started_at as start_date, trial_from as trial_start, trial_to as trial_end, cancel_at,
            is_canceled_at_period_end as cancel_at_period_end, canceled_at, versions.ended_at,
            pause_behavior as pause_collection_behavior, cast(null as timestamp) as pause_collection_resumes_at,
            cast(quantity as bigint) as quantity, cast(null as timestamp) as current_period_start,
            cast(null as timestamp) as current_period_end, '{}' as metadata, true as livemode
        from billing.versions join billing.subs using (sub)
    """,
    "subscription_item": """
        select si as id, sub as subscription_id, price_id as plan_id, quantity, created_at as created, '{}' as metadata,
            loaded_at as _fivetran_synced
        from billing.items
    """,
    "price": """
        select price_id as id, product_id, true as active, currency, unit_amount, cast(unit_amount as varchar) as unit_amount_decimal,
            'per_unit' as billing_scheme, case when billing_interval is null then 'one_time' else 'recurring' end as type,
            billing_interval as recurring_interval, interval_count as recurring_interval_count, usage_type as recurring_usage_type,
            'exclusive' as tax_behavior, nickname, false as is_deleted, true as livemode, load_after(timestamp '2020-01-01') as _fivetran_synced
        from billing.prices
    """,
    "product": """
        select product_id as id, name, true as active, false as is_deleted, true as livemode,
            load_after(timestamp '2020-01-01') as _fivetran_synced
        from billing.products
    """,
    "coupon": """
        select coupon_id as id, percent_off, cast(null as bigint) as amount_off, cast(null as varchar) as currency, duration,
            duration_months as duration_in_months, true as valid, false as is_deleted, true as livemode,
            load_after(timestamp '2020-01-01') as _fivetran_synced
        from billing.coupons
    """,
    "discount": """
        select discount_id as id, 'SUBSCRIPTION_ITEM' as type, si as type_id, coupon_id, customer_id, sub as subscription_id,
            started_at as start, ended_at as "end", load_after(started_at) as _fivetran_synced
        from billing.discounts
    """,
    "invoice": """
        select invoice_id as id, customer_id, sub as subscription_id, status, 'subscription_cycle' as billing_reason, currency,
            issued_at as created, issued_at as period_start, issued_at as period_end, subtotal, tax, total, total as amount_due,
            case when status = 'paid' then total else 0 end as amount_paid, issued_at as status_transitions_finalized_at,
            paid_at as status_transitions_paid_at, case when status = 'void' then issued_at end as status_transitions_voided_at,
            case when status = 'uncollectible' then issued_at end as status_transitions_marked_uncollectible_at,
            false as is_deleted, true as livemode, loaded_at as _fivetran_synced
        from billing.invoices
    """,
    "invoice_line_item": """
        select line_id as id, invoice_id, case when kind = 'recurring' and si is not null then 'subscription' else 'invoiceitem' end as type,
            kind = 'proration' as proration, sub as subscription_id, si as subscription_item_id, price_id, price_id as plan_id, quantity,
            amount, currency, period_start_at as period_start, period_end_at as period_end, cast(null as varchar) as unit_amount_excluding_tax,
            kind <> 'proration' as discountable, true as livemode, '{}' as metadata, loaded_at as _fivetran_synced
        from billing.lines
    """,
}

# Airbyte has an object as the API gives it: nested ones in a column each, seconds since 1970, and the newest state alone.
STRIPE_AIRBYTE = {
    "customers": """
        select customer_id as id, email, customer_name as name, {'country': country} as address, seconds(created_at) as created, true as livemode,
            false as is_deleted, loaded_at as _airbyte_extracted_at
        from customers
    """,
    "subscriptions": """
        select sub as id, customer_id as customer, status, seconds(started_at) as created, seconds(started_at) as start_date, currency,
            true as livemode, seconds(cancel_at) as cancel_at, is_canceled_at_period_end as cancel_at_period_end,
            seconds(canceled_at) as canceled_at, seconds(versions.ended_at) as ended_at,
            {
                'feedback': case when requested_at is not null then ['too_expensive', 'missing_features', 'too_complex', 'other'][
                    list_position(['price', 'missing_feature', 'too_complex', 'closed_down'], cancel_reason)] end,
                'reason': case when canceled_at is null then null when cancel_reason = 'payment_failure' then 'payment_failed'
                    else 'cancellation_requested' end
            } as cancellation_details,
            seconds(trial_from) as trial_start, seconds(trial_to) as trial_end,
            case when pause_behavior is not null then {'behavior': pause_behavior, 'resumes_at': null} end as pause_collection,
            {'object': 'list', 'data': (
                select list({
                    'id': si, 'subscription': items.sub, 'created': seconds(created_at), 'quantity': quantity, 'price': price,
                    'discounts': coalesce((
                        select list({
                            'id': discount_id, 'start': seconds(discounts.started_at), 'end': seconds(discounts.ended_at),
                            'coupon': {'id': coupon_id, 'percent_off': 100 * rate, 'duration': duration,
                                'duration_in_months': case when duration = 'repeating' then 6 end}
                        })
                        from billing.discounts
                        where discounts.si = items.si and coalesce(discounts.ended_at > end_at(), duration <> 'once')
                    ), [])
                } order by si)
                from billing.items join billing.price_objects using (price_id) where items.sub = versions.sub
            )} as items,
            false as is_deleted, load_after(version_at) as _airbyte_extracted_at
        from billing.versions join billing.subs using (sub)
        where next_at is null
    """,
    "prices": """
        select unnest(price), true as active, true as livemode, false as is_deleted, load_after(timestamp '2020-01-01') as _airbyte_extracted_at
        from billing.price_objects
    """,
    "products": """
        select product_id as id, name, true as active, true as livemode, false as is_deleted,
            load_after(timestamp '2020-01-01') as _airbyte_extracted_at
        from billing.products
    """,
    "coupons": """
        select coupon_id as id, percent_off, duration, duration_months as duration_in_months, true as valid, true as livemode,
            false as is_deleted, load_after(timestamp '2020-01-01') as _airbyte_extracted_at
        from billing.coupons
    """,
    "invoices": """
        select invoice_id as id, customer_id as customer, sub as subscription, status, 'subscription_cycle' as billing_reason, currency,
            seconds(issued_at) as created, seconds(issued_at) as period_start, seconds(issued_at) as period_end, subtotal, tax, total,
            total as amount_due, case when status = 'paid' then total else 0 end as amount_paid,
            {
                'finalized_at': seconds(issued_at), 'paid_at': seconds(paid_at),
                'voided_at': case when status = 'void' then seconds(issued_at) end,
                'marked_uncollectible_at': case when status = 'uncollectible' then seconds(issued_at) end
            } as status_transitions,
            true as livemode, false as is_deleted, loaded_at as _airbyte_extracted_at
        from billing.invoices
    """,
    "invoice_line_items": """
        select line_id as id, invoice_id as invoice, invoice_id,
            case when kind = 'recurring' and si is not null then 'subscription' else 'invoiceitem' end as type, kind = 'proration' as proration,
            sub as subscription, si as subscription_item, price, quantity, amount, currency,
            {'start': seconds(period_start_at), 'end': seconds(period_end_at)} as period, kind <> 'proration' as discountable,
            case when discount_amount > 0 then [{'amount': discount_amount, 'discount': 'di_' || si}] else [] end as discount_amounts,
            case when tax_amount <> 0 then [{'amount': tax_amount, 'inclusive': false}] else [] end as tax_amounts, true as livemode,
            loaded_at as _airbyte_extracted_at
        from billing.lines left join billing.price_objects using (price_id)
    """,
}

# The verified source of dlt takes the objects of the same version of the API, bills with their lines.
STRIPE_DLT = {
    "customer": STRIPE_AIRBYTE["customers"],
    "subscription": STRIPE_AIRBYTE["subscriptions"],
    "price": STRIPE_AIRBYTE["prices"],
    "product": STRIPE_AIRBYTE["products"],
    "coupon": STRIPE_AIRBYTE["coupons"],
    "invoice": f"""
        with lines as (
            select invoice, list(line order by line.id) as data
            from (select invoice, line from (select invoice, line from ({STRIPE_AIRBYTE["invoice_line_items"]}) as line))
            group by invoice
        )
        select invoices.*, {{'object': 'list', 'data': data}} as lines
        from ({STRIPE_AIRBYTE["invoices"]}) as invoices left join lines on invoices.id = lines.invoice
    """,
}

# Chargebee's product catalogue 1.0, in which add-ons have a period of their own; Airbyte appends a row whenever it sees a change.
# A subscription has one plan, and ends with it.
CHARGEBEE_AIRBYTE = {
    "customer": """
        select customer_id as id, customer_name as company, email, {'country': country} as billing_address, seconds(created_at) as created_at,
            seconds(created_at) as updated_at, false as deleted, loaded_at as _airbyte_extracted_at
        from customers
    """,
    "subscription": """
        select p.sub as id, b.customer_id, upper(b.currency) as currency_code,
            case
                when p.version_at >= b.leading_ended_at then 'cancelled' when p.status = 'trialing' then 'in_trial'
                when p.status = 'paused' then 'paused' when p.version_at >= b.requested_at then 'non_renewing' else 'active'
            end as status,
            plan.interval_count as billing_period, plan.billing_interval as billing_period_unit, seconds(b.started_at) as created_at,
            seconds(b.started_at) as started_at, seconds(b.trial_from) as trial_start, seconds(b.trial_to) as trial_end,
            case when p.version_at >= coalesce(b.trial_to, b.started_at) then seconds(coalesce(b.trial_to, b.started_at)) end as activated_at,
            case when p.status = 'past_due' then 1 else 0 end as due_invoices_count,
            case when p.status = 'past_due' then seconds((
                select max(d.version_at) from billing.points d
                where d.sub = p.sub and d.version_at <= p.version_at and d.status = 'past_due' and d.is_another
            )) end as due_since,
            case when p.status = 'paused' then seconds(p.version_at) end as pause_date, cast(null as bigint) as resume_date,
            case when p.version_at >= least(b.requested_at, b.leading_ended_at) then seconds(b.leading_ended_at) end as cancelled_at,
            case when p.version_at >= b.requested_at then seconds(b.requested_at) end as cancel_schedule_created_at,
            case when p.version_at >= b.leading_ended_at and b.cancel_reason = 'payment_failure' then 'not_paid' end as cancel_reason,
            case when p.version_at >= least(b.requested_at, b.leading_ended_at) and b.cancel_reason <> 'payment_failure'
                then b.cancel_reason end as cancel_reason_code,
            plan.price_id as plan_id, plan.quantity as plan_quantity, minor(plan.unit_amount) as plan_unit_price,
            coalesce((
                select list({'id': a.price_id, 'quantity': a.quantity, 'unit_price': minor(a.unit_amount)} order by a.price_id)
                from billing.version_items a where a.sub = p.sub and a.version_at = p.version_at and a.si <> b.leading_si
            ), []) as addons,
            coalesce((
                select list({'coupon_id': coupon_id, 'apply_till': seconds(d.ended_at)}) from billing.discounts d
                where d.si = b.leading_si and coalesce(d.ended_at > p.version_at, true)
            ), []) as coupons,
            seconds(p.version_at) as updated_at, epoch_ms(p.version_at) as resource_version, false as deleted,
            load_after(p.version_at) as _airbyte_extracted_at
        from billing.points p
        join billing.subs b using (sub)
        asof join billing.states plan on plan.si = b.leading_si and plan.changed_at <= p.version_at
        where p.version_at <= coalesce(b.leading_ended_at, p.version_at)
    """,
    "plan": """
        select price_id as id, nickname as name, upper(currency) as currency_code, unit_amount as price, interval_count as period,
            billing_interval as period_unit, 'active' as status, load_after(timestamp '2020-01-01') as _airbyte_extracted_at
        from billing.prices
        where product_id = 'prod_suite'
    """,
    "addon": """
        select price_id as id, nickname as name, upper(currency) as currency_code, unit_amount as price, interval_count as period,
            coalesce(billing_interval, 'not_applicable') as period_unit,
            case when billing_interval is null then 'non_recurring' else 'recurring' end as charge_type, 'active' as status,
            load_after(timestamp '2020-01-01') as _airbyte_extracted_at
        from billing.prices
        where product_id <> 'prod_suite' and coalesce(usage_type, '') <> 'metered'
    """,
    "coupon": """
        select coupon_id as id, 'percentage' as discount_type, percent_off as discount_percentage,
            map {'once': 'one_time', 'forever': 'forever', 'repeating': 'limited_period'}[duration] as duration_type, duration_months as period,
            case when duration_months is not null then 'month' end as period_unit, 'each_specified_item' as apply_on,
            'all' as plan_constraint, 'none' as addon_constraint, load_after(timestamp '2020-01-01') as _airbyte_extracted_at
        from billing.coupons
    """,
    "invoice": """
        select invoice_id as id, any_value(customer_id) as customer_id, any_value(sub) as subscription_id,
            upper(any_value(currency)) as currency_code,
            map {'paid': 'paid', 'open': 'payment_due', 'void': 'voided', 'uncollectible': 'not_paid'}[any_value(status)] as status,
            seconds(any_value(issued_at)) as date, seconds(any_value(paid_at)) as paid_at,
            case when any_value(status) = 'void' then seconds(any_value(issued_at)) end as voided_at, 'tax_exclusive' as price_type,
            list({
                'id': line_id, 'subscription_id': sub, 'customer_id': customer_id,
                'entity_type': case
                    when kind = 'one_off' then 'addon' when kind <> 'recurring' or si is null then 'adhoc'
                    when plan_id in (select plan_id from plans where product_type = 'core') then 'plan' else 'addon'
                end,
                'entity_id': case when kind = 'one_off' or (kind = 'recurring' and si is not null) then price_id end,
                'date_from': seconds(period_start_at), 'date_to': seconds(period_end_at), 'quantity': quantity, 'amount': amount,
                'discount_amount': discount_amount, 'tax_amount': tax_amount
            } order by line_id) as line_items,
            seconds(any_value(issued_at)) as updated_at, false as deleted, max(loaded_at) as _airbyte_extracted_at
        from billing.lines
        where kind <> 'credit' and line_id not like 'il_p_%'
        group by invoice_id
    """,
    "credit_note": """
        select 'cn_' || line_id as id, customer_id, sub as subscription_id, upper(currency) as currency_code, 'adjusted' as status,
            'adjustment' as type, seconds(issued_at) as date, 'tax_exclusive' as price_type,
            [{
                'id': line_id, 'subscription_id': sub, 'entity_type': 'adhoc', 'date_from': seconds(period_start_at),
                'date_to': seconds(period_end_at), 'quantity': quantity, 'amount': -amount, 'discount_amount': 0, 'tax_amount': -tax_amount
            }] as line_items,
            seconds(issued_at) as updated_at, false as deleted, loaded_at as _airbyte_extracted_at
        from billing.lines
        where kind = 'credit'
    """,
}

# Recurly in Fivetran's history tables: plans have a price for each currency, add-ons are billed with their plan's interval.
RECURLY_FIVETRAN = {
    "account_history": """
        select customer_id as id, customer_name as company, email, country as account_country, created_at, created_at as updated_at,
            loaded_at as _fivetran_synced
        from customers
    """,
    "subscription_history": """
        select p.sub as id, b.customer_id as account_id, plan.plan_id,
            case
                when p.version_at >= b.leading_ended_at then 'expired' when p.status = 'paused' then 'paused'
                when p.version_at >= b.requested_at then 'canceled' else 'active'
            end as state,
            upper(b.currency) as currency, plan.unit_amount, plan.quantity, b.started_at as created_at, b.started_at as activated_at,
            b.trial_from as trial_started_at, b.trial_to as trial_ends_at, case when p.status = 'paused' then (
                select max(d.version_at) from billing.points d
                where d.sub = p.sub and d.version_at <= p.version_at and d.status = 'paused' and d.is_another
            ) end as paused_at,
            case when p.version_at >= b.requested_at then b.requested_at when p.version_at >= b.leading_ended_at then b.leading_ended_at end
                as canceled_at,
            case when p.version_at >= least(b.requested_at, b.leading_ended_at) then b.leading_ended_at end as expires_at,
            case when p.version_at >= b.leading_ended_at
                then case when b.cancel_reason = 'payment_failure' then 'nonpayment' else 'canceled' end end as expiration_reason,
            true as auto_renew, 1 as total_billing_cycles, p.version_at as updated_at, load_after(p.version_at) as _fivetran_synced
        from billing.points p
        join billing.subs b using (sub)
        asof join billing.states plan on plan.si = b.leading_si and plan.changed_at <= p.version_at
        where p.version_at <= coalesce(b.leading_ended_at, p.version_at)
    """,
    "subscription_add_on_history": """
        select s.si as id, s.sub as subscription_id, s.plan_id as plan_add_on_id, s.quantity, n.started_at as created_at,
            s.unit_amount * plan.interval_count * case plan.billing_interval when 'year' then 12 else 1 end as unit_amount,
            case when n.ended_at < coalesce(b.leading_ended_at, timestamp '9999-12-31') then n.ended_at end as expired_at,
            s.changed_at as updated_at, load_after(s.changed_at) as _fivetran_synced
        from billing.states s
        join billing.spans n using (si)
        join billing.subs b on b.sub = s.sub
        asof join billing.states plan on plan.si = b.leading_si and plan.changed_at <= s.changed_at
        where s.si <> b.leading_si
    """,
    "plan_history": """
        select plan_id as id, plan_id as code, plan_name as name, 'months' as interval_unit,
            interval_count * case billing_interval when 'year' then 12 else 1 end as interval_length, 'active' as state,
            loaded_at as updated_at, loaded_at as _fivetran_synced
        from plans where product_type = 'core'
    """,
    "plan_currency_history": """
        select plan_id, currency, unit_amount, loaded_at as plan_updated_at, loaded_at as _fivetran_synced
        from plans where product_type = 'core'
    """,
    "add_on": """
        select plan_id as id, plan_id as code, plan_name as name, 'fixed' as add_on_type, loaded_at as _fivetran_synced
        from plans where product_type = 'add_on'
    """,
    "coupon": """
        select coupon_id as id, map {'once': 'single_use', 'forever': 'forever', 'repeating': 'temporal'}[duration] as duration,
            case when duration_months is not null then 'month' end as temporal_unit, duration_months as temporal_amount,
            true as applies_to_all_plans, load_after(timestamp '2020-01-01') as _fivetran_synced
        from billing.coupons
    """,
    "coupon_discount": """
        select coupon_id, 'percent' as type, percent_off as percentage, load_after(timestamp '2020-01-01') as _fivetran_synced
        from billing.coupons
    """,
    "coupon_redemption_history": """
        select discount_id as id, customer_id as account_id, sub as subscription_id, coupon_id, 'active' as state,
            coalesce(ended_at - interval 6 month, started_at) as created_at, started_at as updated_at,
            load_after(started_at) as _fivetran_synced
        from billing.discounts
    """,
    "invoice_history": """
        select invoice_id as id, customer_id as account_id,
            map {'paid': 'paid', 'open': 'pending', 'void': 'voided', 'uncollectible': 'failed'}[status] as state, upper(currency) as currency,
            issued_at as created_at, case when status <> 'open' then coalesce(paid_at, issued_at) end as closed_at, issued_at as updated_at,
            loaded_at as _fivetran_synced
        from billing.invoices
        where invoice_id not like 'in_p_%'
    """,
    "line_item_history": """
        select line_id as id, invoice_id, customer_id as account_id, sub as subscription_id,
            case when kind = 'credit' then 'credit' else 'charge' end as type,
            case
                when kind in ('credit', 'one_off') or (kind = 'recurring' and si is null) then 'one_time'
                when kind = 'usage' or item_id <> 'core' then 'add_on' else 'plan'
            end as origin,
            case when kind in ('recurring', 'proration') and item_id = 'core' then plan_id end as plan_id,
            case when kind = 'usage' then 'use' when kind in ('recurring', 'proration') and item_id <> 'core' then plan_id end as add_on_id,
            upper(currency) as currency, quantity, amount / 100.0 as subtotal, discount_amount / 100.0 as discount, tax_amount / 100.0 as tax,
            case when kind = 'proration' then 0.1 end as proration_rate, period_start_at as start_date, period_end_at as end_date,
            issued_at as created_at, loaded_at as updated_at, loaded_at as _fivetran_synced
        from billing.lines
        where line_id not like 'il_p_%'
    """,
}

# Paddle Billing's objects as its API gives them, a row of a subscription for each of its updates. Items are known by their prices, amounts
# are texts in the smallest unit.
PADDLE_API = {
    "customer": """
        select customer_id as id, customer_name as name, email, created_at, created_at as updated_at, 'active' as status, loaded_at
        from customers
    """,
    "address": """
        select 'add_' || customer_id as id, customer_id, country as country_code, 'active' as status, created_at, created_at as updated_at,
            loaded_at
        from customers
    """,
    "product": """
        select product_id as id, name, 'active' as status, timestamp '2020-01-01' as updated_at, load_after(timestamp '2020-01-01') as loaded_at
        from billing.products
    """,
    "price": """
        select unnest(price), load_after(timestamp '2020-01-01') as loaded_at from billing.paddle_prices
    """,
    "discount": """
        select coupon_id || '_' || coalesce(bill_count, 0) as id, any_value(coupon_id) as description, 'percentage' as type,
            cast(cast(round(100 * any_value(rate)) as int) as varchar) as amount, any_value(duration) <> 'once' as recur,
            bill_count as maximum_recurring_intervals, ['prod_suite'] as restrict_to, 'active' as status,
            timestamp '2020-01-01' as updated_at, load_after(timestamp '2020-01-01') as loaded_at
        from billing.paddle_discounts group by coupon_id, bill_count
    """,
    "subscription": """
        select v.sub as id, b.customer_id, 'add_' || b.customer_id as address_id, upper(b.currency) as currency_code,
            case when v.pause_behavior is not null then 'paused' else v.status end as status, b.started_at as created_at, b.started_at,
            case when v.version_at >= coalesce(b.trial_to, b.started_at) then coalesce(b.trial_to, b.started_at) end as first_billed_at,
            case when v.pause_behavior is not null then (
                select max(d.version_at) from billing.points d
                where d.sub = v.sub and d.version_at <= v.version_at and d.status = 'paused' and d.is_another
            ) end as paused_at,
            v.ended_at as canceled_at,
            case when v.ended_at is null and v.cancel_at is not null then {'action': 'cancel', 'effective_at': v.cancel_at, 'resume_at': null}
                end as scheduled_change,
            (
                select {'id': coupon_id || '_' || coalesce(bill_count, 0), 'starts_at': started_at, 'ends_at': ended_at}
                from billing.paddle_discounts d
                where d.sub = v.sub and d.started_at <= v.version_at and coalesce(d.ended_at > v.version_at, true)
            ) as discount,
            {'interval': plan.billing_interval, 'frequency': plan.interval_count} as billing_cycle,
            coalesce(
                (
                    select list({
                        'status': 'active', 'quantity': i.quantity, 'recurring': true, 'created_at': (
                            select min(s.changed_at) from billing.states s where s.si = i.si and s.price_id = i.price_id
                        ),
                        'trial_dates': case when n.si = b.leading_si and b.trial_from is not null
                            then {'starts_at': b.trial_from, 'ends_at': b.trial_to} end,
                        'price': p.price
                    } order by i.si)
                    from billing.version_items i
                    join billing.spans n on n.si = i.si
                    join billing.paddle_prices p on p.price_id = i.price_id
                    where i.sub = v.sub and i.version_at = v.version_at
                ),
                (
                    select list({
                        'status': 'active', 'quantity': i.quantity, 'recurring': true, 'created_at': (
                            select min(s.changed_at) from billing.states s where s.si = i.si and s.price_id = i.price_id
                        ), 'trial_dates': null,
                        'price': p.price
                    } order by i.si)
                    from billing.items i join billing.paddle_prices p on p.price_id = i.price_id
                    where i.sub = v.sub and i.quantity is not null
                )
            ) as items,
            v.version_at as updated_at, load_after(v.version_at) as loaded_at
        from billing.versions v
        join billing.subs b using (sub)
        asof join billing.states plan on plan.si = b.leading_si and plan.changed_at <= v.version_at
    """,
    "transaction": """
        select invoice_id as id, any_value(customer_id) as customer_id, any_value(sub) as subscription_id,
            map {'paid': 'completed', 'open': 'billed', 'void': 'canceled', 'uncollectible': 'past_due'}[any_value(status)] as status,
            case when any_value(sub) is null then 'api' else 'subscription_recurring' end as origin,
            'automatic' as collection_mode, upper(any_value(currency)) as currency_code,
            max(case when discount_amount > 0 then coupon_id || '_' || coalesce(bill_count, 0) end) as discount_id,
            any_value(issued_at) as created_at, any_value(issued_at) as billed_at,
            {'starts_at': min(period_start_at), 'ends_at': max(period_end_at)} as billing_period,
            {'line_items': list({
                'id': line_id, 'price_id': price_id, 'quantity': quantity,
                'proration': case when kind = 'proration' then {'rate': '0.1', 'billing_period': {'starts_at': period_start_at, 'ends_at': period_end_at}} end,
                'totals': {
                    'subtotal': cast(amount as varchar), 'discount': cast(discount_amount as varchar), 'tax': cast(tax_amount as varchar),
                    'total': cast(amount - discount_amount + tax_amount as varchar)
                }
            } order by line_id)} as details,
            case when any_value(status) = 'paid' then [{'status': 'captured', 'captured_at': any_value(paid_at)}] else [] end as payments,
            any_value(coalesce(paid_at, issued_at)) as updated_at, max(loaded_at) as loaded_at
        from billing.lines left join (select si, coupon_id, bill_count from billing.paddle_discounts) using (si)
        where kind <> 'credit' and line_id not like 'il_p_%'
        group by invoice_id
    """,
    "adjustment": """
        select 'adj_' || line_id as id, 'credit' as action, 'approved' as status, invoice_id as transaction_id, customer_id,
            sub as subscription_id, upper(currency) as currency_code,
            {'total': cast(-amount - tax_amount as varchar)} as totals,
            [{
                'id': line_id, 'amount': cast(-amount - tax_amount as varchar),
                'totals': {'subtotal': cast(-amount as varchar), 'tax': cast(-tax_amount as varchar), 'total': cast(-amount - tax_amount as varchar)}
            }] as items,
            issued_at as created_at, issued_at as updated_at, loaded_at
        from billing.lines where kind = 'credit'
    """,
}
