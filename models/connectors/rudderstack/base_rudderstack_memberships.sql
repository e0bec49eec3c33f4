-- Grain: one row per user and time in which it belonged to one account.
{{ config(enabled='rudderstack' in var('connectors') | string) }}
{{ grouped_users('rudderstack') }}
