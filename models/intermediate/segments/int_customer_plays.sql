-- Grain: one row per customer (filter: scored population on the as-of day): the worst driver and the play that answers.
with

segment_months as (select * from {{ ref('int_segment_months') }}),

months as (select * from {{ ref('int_months') }}),

run_settings as (select * from {{ ref('run_settings') }}),

deductions as (select * from {{ ref('int_health_score_deductions') }}),

ticket_months as (select * from {{ ref('int_ticket_months') }}),

payment_months as (select * from {{ ref('int_payment_months') }}),

cancellation_months as (select * from {{ ref('int_cancellation_months') }}),

invoice_lines as (select * from {{ ref('int_invoice_lines') }}),

signals as (select * from {{ ref('health_signals') }}),

plays as (select * from {{ ref('plays') }}),

signal_points as (

    {{- signal_rows('deductions', ['customer_id', 'activity_month'], ['points']) }}

),

-- What the score deducts enough points for, and any warning, whatever its weight.
drivers as (

    select
        signal_points.customer_id,
        signal_points.activity_month,
        signal_points.signal_name,
        signal_points.points as points_lost
    from signal_points
    inner join signals on signal_points.signal_name = signals.signal_name
    where
        signal_points.points > 0
        and (signals.signal_kind = 'warning' or signal_points.points >= {{ var('min_driver_points') }})

    union all

    {% for warning, months in {
        'urgent_tickets': 'ticket_months',
        'payment_trouble': 'payment_months',
        'cancellation_asked': 'cancellation_months',
        'auto_renew_off': 'cancellation_months',
    }.items() %}
    select
        customer_id,
        activity_month,
        '{{ warning }}' as signal_name,
        0 as points_lost
    from {{ months }}
    where {{ warning }} > 0

    union all
    {% endfor %}
    select
        invoice_lines.customer_id,
        {{ month_start('run_settings.as_of_date') }} as activity_month,
        'payment_trouble' as signal_name,
        0 as points_lost
    from invoice_lines
    cross join run_settings
    where
        invoice_lines.status = 'open'
        and invoice_lines.amount > 0
        and {{ due_date('invoice_lines.issued_date') }} <= run_settings.as_of_date

),

-- Warnings come first: what is wrong now is answered before what has been used too little.
ranked_drivers as (

    select
        segment_months.customer_id,
        segment_months.segment_name,
        drivers.signal_name,
        signals.advice,
        max(case
            when drivers.signal_name in ('urgent_tickets', 'payment_trouble', 'cancellation_asked') then 1 else 0
        end) over (partition by segment_months.customer_id) as is_in_trouble,
        row_number() over (
            partition by segment_months.customer_id
            order by
                case when signals.signal_kind = 'measure' then 2 else 1 end asc,
                drivers.points_lost desc,
                drivers.signal_name asc
        ) as driver_rank
    from segment_months
    inner join months on segment_months.activity_month = months.activity_month and months.is_as_of_month
    left join drivers
        on
            segment_months.customer_id = drivers.customer_id
            and segment_months.activity_month = drivers.activity_month
    left join signals on drivers.signal_name = signals.signal_name

)

select
    ranked_drivers.customer_id,
    ranked_drivers.signal_name as play_driver,
    ranked_drivers.is_in_trouble = 1 as is_in_trouble,
    coalesce(own_plays.play, driver_plays.play, ranked_drivers.advice) as play,
    coalesce(own_plays.owner_role, driver_plays.owner_role) as owner_role,
    coalesce(own_plays.act_within_days, driver_plays.act_within_days) as act_within_days
from ranked_drivers
left join plays as own_plays
    on
        ranked_drivers.signal_name = own_plays.signal_name
        and ranked_drivers.segment_name = own_plays.segment_name
left join plays as driver_plays
    on ranked_drivers.signal_name = driver_plays.signal_name and driver_plays.segment_name is null
where ranked_drivers.driver_rank = 1
