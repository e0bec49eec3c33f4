{#- Vars used as numbers in SQL must be numbers: a value passed with --vars is never SQL. Words must be in their list, and the
    time zone one that the engine knows. -#}
{% macro check_vars() %}
    {%- set numbers = [
        'adoption_days', 'annual_discount_rate', 'backfill_days', 'cac_lag_months', 'chain_gap_hours',
        'churn_window_months', 'confidence_z_score', 'expansion_prior_months', 'fit_prior_deviation', 'fit_quarters',
        'forecast_prior_windows', 'free_period_churn_days', 'gross_margin_rate', 'health_horizon_days',
        'health_hysteresis_points', 'hold_out_rate', 'interval_tail_rate', 'interval_z_score', 'late_payment_days',
        'learned_score_steepness', 'ltv_history_months', 'ltv_horizon_months', 'max_dimension_values', 'max_fit_cases',
        'max_input_age_days', 'max_mrr_change_rate', 'max_rejected_rate', 'max_spend_correlation', 'max_unwarned_mrr_rate', 'min_alert_lift',
        'min_band_z_score', 'min_driver_points', 'min_fit_churns', 'min_health_cases', 'min_learned_z_score',
        'min_lost_customers', 'min_nps_answers', 'min_priority_churns', 'min_repeat_customers', 'min_signal_coverage',
        'min_simple_churns', 'min_tail_churns', 'min_true_alerts', 'min_unrecorded_churns', 'min_usual_row_count',
        'min_volume_rate', 'model_score_days', 'new_business_months', 'number_limit', 'onboarding_days',
        'pause_churn_days', 'payment_due_days', 'recent_churn_months', 'recent_churn_z_score', 'term_prior_churns',
        'usage_trend_prior', 'usage_window_days', 'usual_learned_score'
    ] -%}
    {%- for name in numbers if var(name) is not number -%}
        {%- do exceptions.raise_compiler_error('var ' ~ name ~ ': found "' ~ var(name) ~ '", expected a number.') -%}
    {%- endfor -%}
    {%- if var('priority_list_shares') is string or var('priority_list_shares') | reject('number') | list -%}
        {%- do exceptions.raise_compiler_error(
            'var priority_list_shares: found "' ~ var('priority_list_shares') ~ '", expected a list of numbers, for example [0.01, 0.05].'
        ) -%}
    {%- endif -%}
    {%- if var('past_due_churn_days') is not none and var('past_due_churn_days') is not number -%}
        {%- do exceptions.raise_compiler_error(
            'var past_due_churn_days: found "' ~ var('past_due_churn_days') ~ '", expected a number, or nothing.'
        ) -%}
    {%- endif -%}
    {%- if var('account_level') not in ['customer', 'parent'] -%}
        {%- do exceptions.raise_compiler_error(
            'var account_level: found "' ~ var('account_level') ~ '", expected customer or parent.'
        ) -%}
    {%- endif -%}
    {%- do check_date('closed_until') -%}
    {%- do check_date('hold_out_since') -%}
    {%- if not 0 <= var('hold_out_rate') < 1 or (var('hold_out_rate') > 0 and not var('hold_out_since')) -%}
        {%- do exceptions.raise_compiler_error(
            'var hold_out_rate: found ' ~ var('hold_out_rate') ~ ', expected 0 or more and less than 1, and the day since which in hold_out_since.'
        ) -%}
    {%- endif -%}
    {%- for input_name, reasons in var('accepted_rejections').items() -%}
        {%- if input_name not in input_names() or reasons is string or reasons is not iterable -%}
            {%- do exceptions.raise_compiler_error(
                'var accepted_rejections: found "' ~ input_name ~ ': ' ~ reasons
                ~ '", expected an input with a list of reasons, for example {invoice_lines: [missing_customer_id]}.'
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set intervals = ['', 'day', 'week', 'month', 'quarter', 'year'] -%}
    {%- if var('default_billing_interval') not in intervals -%}
        {%- do exceptions.raise_compiler_error(
            'var default_billing_interval: found "' ~ var('default_billing_interval')
            ~ '", expected day, week, month, quarter or year, or nothing.'
        ) -%}
    {%- endif -%}
    {%- if var('default_currency') and not modules.re.match('^[A-Z]{3}$', var('default_currency')) -%}
        {%- do exceptions.raise_compiler_error(
            'var default_currency: found "' ~ var('default_currency') ~ '", expected an ISO 4217 code, for example EUR.'
        ) -%}
    {%- endif -%}
    {%- if var('reporting_time_zone') not in modules.pytz.all_timezones -%}
        {%- do exceptions.raise_compiler_error(
            'var reporting_time_zone: found "' ~ var('reporting_time_zone')
            ~ '", expected a name of the time zone database, for example America/Los_Angeles.'
        ) -%}
    {%- endif -%}
    {%- for key, named in var('connectors').items() if key not in input_contracts() -%}
        {%- for name in ([named] if named is string else named) -%}
            {%- set found = [] -%}
            {%- for vendor in connector_models() if vendor != 'plain' and (name ~ '_').startswith(vendor ~ '_') -%}
                {%- do found.append(vendor) -%}
            {%- endfor -%}
            {%- if not found -%}
                {%- do exceptions.raise_compiler_error(
                    'var connectors: found {' ~ key ~ ': ' ~ name ~ '}, expected the name of an input before the colon, or a group of inputs and one of '
                    ~ connector_models() | reject('equalto', 'plain') | join(', ') ~ '.'
                ) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- do check_accounts() -%}
    {%- for branch in var('disabled_branches') if branch not in branch_interfaces() -%}
        {%- do exceptions.raise_compiler_error(
            'var disabled_branches: found "' ~ branch ~ '", expected some of ' ~ branch_interfaces() | join(', ') ~ '.'
        ) -%}
    {%- endfor -%}
    {%- if 'health' in var('disabled_branches') and 'segments' not in var('disabled_branches') -%}
        {%- do exceptions.raise_compiler_error(
            'var disabled_branches: found health without segments, expected both: segments are made of health statuses.'
        ) -%}
    {%- endif -%}
{% endmacro %}

{#- A var that is a date, or nothing. -#}
{% macro check_date(name) %}
    {%- set value = var(name) | string -%}
    {%- if value -%}
        {%- set date_parts = modules.re.match('^([0-9]{4})-(0[1-9]|1[0-2])-([0-9]{2})$', value) -%}
        {%- set days = [] -%}
        {%- if date_parts -%}
            {%- set first_day = modules.datetime.datetime(date_parts[1] | int, date_parts[2] | int, 1) -%}
            {%- do days.append(first_day + modules.datetime.timedelta(days=(date_parts[3] | int) - 1)) -%}
        {%- endif -%}
        {%- if not days or days[0].strftime('%Y-%m-%d') != value -%}
            {%- do exceptions.raise_compiler_error(
                'var ' ~ name ~ ': found "' ~ value ~ '", expected a date, for example 2026-03-31, or nothing.'
            ) -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}

{#- The accounts of each vendor: what is said of them, that no two are one, and that their schemas are there. -#}
{% macro check_accounts() %}
    {%- set example = ', expected a list, for example [{schema: stripe_eu, prefix: eu_}, {schema: stripe_us, prefix: us_}]. ' -%}
    {%- for vendor in connector_models() if vendor in var('connectors') | string and vendor_accounts(vendor) -%}
        {%- set name = 'var ' ~ vendor ~ '_sources: ' -%}
        {%- set accounts = vendor_accounts(vendor) -%}
        {%- if accounts is string or accounts is mapping or accounts | reject('mapping') | list -%}
            {%- do exceptions.raise_compiler_error(name ~ 'found ' ~ accounts ~ example) -%}
        {%- endif -%}
        {%- for account in accounts -%}
            {%- set unknown = account.keys() | reject('in', ['schema', 'prefix', 'database']) | list -%}
            {%- if unknown or account.schema is not string or not account.schema -%}
                {%- do exceptions.raise_compiler_error(
                    name ~ 'found ' ~ account ~ example ~ 'An account has a schema, and may have a prefix and a database.'
                ) -%}
            {%- endif -%}
            {%- if not modules.re.match('^[A-Za-z0-9_.:-]*$', account.prefix | default('', true) | string) -%}
                {%- do exceptions.raise_compiler_error(
                    name ~ 'found the prefix "' ~ account.prefix ~ '", expected letters, digits and _ . : - alone, for example eu_.'
                ) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- set prefixes = accounts | map(attribute='prefix', default='') | list -%}
        {%- if prefixes | unique(case_sensitive=true) | list | length < accounts | length -%}
            {%- do exceptions.raise_compiler_error(
                name ~ 'found the prefixes "' ~ prefixes | join('", "') ~ '", expected another one for each account; one of them may have none.'
            ) -%}
        {%- endif -%}
        {%- for account in accounts -%}
            {%- set database = account.database or var(vendor ~ '_database', target.database) -%}
            {%- if not adapter.check_schema_exists(database, account.schema) -%}
                {%- do exceptions.raise_compiler_error(
                    name ~ 'found no schema ' ~ account.schema ~ ', expected the tables of an account of ' ~ vendor ~ ' in it.'
                ) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
{% endmacro %}
