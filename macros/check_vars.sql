{#- Vars used as numbers in SQL must be numbers: a value passed with --vars is never SQL. -#}
{% macro check_vars() %}
    {%- set numbers = [
        'adoption_days', 'annual_discount_rate', 'backfill_days', 'cac_lag_months', 'chain_gap_hours',
        'churn_window_months', 'confidence_z_score', 'gross_margin_rate', 'health_horizon_days',
        'health_hysteresis_points', 'interval_tail_rate', 'interval_z_score', 'ltv_history_months',
        'ltv_horizon_months', 'max_input_age_days', 'max_ln_alpha_error', 'max_mrr_change_rate', 'max_rejected_rate', 'max_unwarned_mrr_rate',
        'min_health_cases', 'min_observed_customers',
        'min_segment_churns', 'min_signal_coverage', 'min_usual_row_count', 'min_volume_rate', 'number_limit',
        'onboarding_days', 'pause_churn_days', 'payment_due_days', 'usage_trend_prior', 'usage_window_days'
    ] -%}
    {%- for name in numbers if var(name) is not number -%}
        {%- do exceptions.raise_compiler_error('var ' ~ name ~ ': found "' ~ var(name) ~ '", expected a number.') -%}
    {%- endfor -%}
{% endmacro %}
