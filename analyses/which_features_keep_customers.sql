-- Features whose early adopters stay more often than customers of the same plan and size, after six months.
select
    feature_name,
    adopter_count,
    other_count,
    adopter_retention_rate,
    other_retention_rate,
    adjusted_difference_rate,
    adjusted_difference_low_rate,
    adjusted_difference_high_rate
from {{ ref('feature_stickiness') }}
where months_since_cohort = 6
order by adjusted_difference_low_rate desc nulls last, feature_name asc
