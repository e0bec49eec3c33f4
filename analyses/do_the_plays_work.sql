-- By segment, over all months with an outcome: customers that improved, declined or churned in three months.
select
    segment_name,
    play,
    sum(customer_count) as customer_count,
    {{ rate('sum(band_up_count)', 'sum(customer_count)') }} as band_up_rate,
    {{ rate('sum(band_down_count)', 'sum(customer_count)') }} as band_down_rate,
    {{ rate('sum(left_count)', 'sum(customer_count)') }} as left_rate,
    {{ rate('sum(later_mrr_amount)', 'sum(mrr_amount)') }} as retained_mrr_rate
from {{ ref('playbook_outcomes') }}
group by segment_name, play
order by retained_mrr_rate asc
