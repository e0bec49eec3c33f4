{#- The ages, in months since the cohort month, at which the retention of new customers is compared: onboarding_cohorts has
    columns for each, and feature_stickiness a row. -#}
{% macro retention_ages() %}{{ return([3, 6, 12]) }}{% endmacro %}
