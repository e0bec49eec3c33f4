-- What is owed, by age, and by how many customers.
select
    age_band,
    sum(open_amount) as open_amount,
    sum(invoice_count) as invoice_count,
    count(*) as customer_count,
    max(max_days_overdue) as max_days_overdue
from {{ ref('receivables') }}
group by age_band, band_position
order by band_position asc
