-- What has changed since the publication before? publication_changes names the customers; docs/metrics.md has the kinds.
-- In the first publication there is nothing to compare with: only today's MRR has a value.
select
    mrr_monthly.closing_mrr_amount as mrr_amount,
    digests.previous_as_of_date,
    digests.mrr_change_amount,
    digests.customer_won_count,
    digests.customer_won_amount,
    digests.customer_lost_count,
    digests.customer_lost_amount,
    digests.mrr_up_count,
    digests.mrr_up_amount,
    digests.mrr_down_count,
    digests.mrr_down_amount,
    digests.health_fallen_count,
    digests.health_risen_count,
    digests.renewal_passed_count,
    digests.renewal_lost_count,
    digests.rejected_row_count,
    digests.month_restated_count
from {{ ref('mrr_monthly') }} as mrr_monthly
left join {{ ref('publication_digest') }} as digests on true
order by mrr_monthly.activity_month desc
limit 1
