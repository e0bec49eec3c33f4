-- Grain: one row per feature and age at which retention is compared.
with

strata as (select * from {{ ref('int_feature_strata') }}),

run_settings as (select * from {{ ref('run_settings') }}),

totals as (

    select
        months_since_cohort,
        count(*) as customer_count,
        sum(case when is_retained then 1 else 0 end) as retained_count
    from {{ ref('int_customer_retentions') }}
    where has_stayed
    group by months_since_cohort

),

-- Mantel-Haenszel: the differences within strata, weighted by their precision. Variance: Greenland and Robins.
sums as (

    select
        feature_name,
        is_whole_personalisation,
        months_since_cohort,
        sum(adopter_count) as adopter_count,
        sum(adopter_retained_count) as adopter_retained_count,
        sum(case when other_count > 0 then 1 else 0 end) as stratum_count,
        sum(case when other_count > 0 then customer_count else 0 end) as compared_count,
        sum(adopter_count * other_count / customer_count) as weight,
        sum((adopter_retained_count * other_count - other_retained_count * adopter_count) / customer_count)
            as weighted_difference,
        sum(
            case
                when other_count > 0
                    then
                        (
                            adopter_retained_count * (adopter_count - adopter_retained_count) * power(other_count, 3)
                            + other_retained_count * (other_count - other_retained_count) * power(adopter_count, 3)
                        ) / (adopter_count * other_count * power(customer_count, 2))
                else 0
            end
        ) as weighted_variance
    from strata
    group by feature_name, is_whole_personalisation, months_since_cohort

),

compared as (

    select
        sums.feature_name,
        sums.is_whole_personalisation,
        sums.months_since_cohort,
        totals.customer_count,
        sums.adopter_count,
        sums.adopter_retained_count,
        totals.customer_count - sums.adopter_count as other_count,
        totals.retained_count - sums.adopter_retained_count as other_retained_count,
        sums.stratum_count,
        sums.compared_count,
        sums.weighted_difference / nullif(sums.weight, 0) as adjusted_difference,
        sqrt(sums.weighted_variance) / nullif(sums.weight, 0) as standard_error
    from sums
    inner join totals on sums.months_since_cohort = totals.months_since_cohort

)

select
    compared.feature_name,
    compared.is_whole_personalisation,
    compared.months_since_cohort,
    run_settings.as_of_date,
    cast(compared.customer_count as {{ dbt.type_bigint() }}) as customer_count,
    cast(compared.adopter_count as {{ dbt.type_bigint() }}) as adopter_count,
    {{ rate('compared.adopter_count', 'compared.customer_count') }} as adoption_rate,
    {{ rate('compared.adopter_retained_count', 'compared.adopter_count') }} as adopter_retention_rate,
    {{ wilson_bound('compared.adopter_retained_count', 'compared.adopter_count', '-') }} as adopter_retention_low_rate,
    {{ wilson_bound('compared.adopter_retained_count', 'compared.adopter_count', '+') }} as adopter_retention_high_rate,
    cast(compared.other_count as {{ dbt.type_bigint() }}) as other_count,
    {{ rate('compared.other_retained_count', 'compared.other_count') }} as other_retention_rate,
    {{ wilson_bound('compared.other_retained_count', 'compared.other_count', '-') }} as other_retention_low_rate,
    {{ wilson_bound('compared.other_retained_count', 'compared.other_count', '+') }} as other_retention_high_rate,
    cast(compared.stratum_count as {{ dbt.type_bigint() }}) as stratum_count,
    cast(compared.compared_count as {{ dbt.type_bigint() }}) as compared_count,
    cast(compared.adjusted_difference as {{ type_rate() }}) as adjusted_difference_rate,
    cast(compared.adjusted_difference - {{ var('confidence_z_score') }} * compared.standard_error as {{ type_rate() }})
        as adjusted_difference_low_rate,
    cast(compared.adjusted_difference + {{ var('confidence_z_score') }} * compared.standard_error as {{ type_rate() }})
        as adjusted_difference_high_rate
from compared
cross join run_settings
