-- By length of the term: how many renewed, moved or were lost, and the share of MRR kept.
select
    term_months,
    count(*) as term_count,
    {{ rate("sum(case when renewal_outcome like 'renewed%' then 1 else 0 end)", 'count(*)') }} as renewed_rate,
    {{ rate("sum(case when renewal_outcome = 'moved' then 1 else 0 end)", 'count(*)') }} as moved_rate,
    {{ rate("sum(case when renewal_outcome = 'lost' then 1 else 0 end)", 'count(*)') }} as lost_rate,
    {{ rate('sum(next_mrr_amount)', 'sum(mrr_amount)') }} as kept_mrr_rate
from {{ ref('contract_renewals') }}
where not is_running
group by term_months
order by term_months asc
